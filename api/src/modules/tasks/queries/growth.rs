//! Tasks against resources by field over years (任务与资源增长比较), K.

use std::collections::BTreeMap;

use async_graphql::{Enum, SimpleObject};
use entities::{task, values::TaskState, work_resource};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, sea_query::Expr};

use crate::{
    graph::scalars::{Published, whole},
    kernel::{error::ApiError, session::Session, tx::Tx},
    modules::tasks::rules::{
        board::rate,
        growth::{self, Finding, Year},
        period::year,
    },
};

/// What stands out in a field (研判结论).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrowthFinding {
    /// 任务与资源同步
    InStep,
    /// 任务逐年增加，资源没有跟上
    Outgrown,
    /// 任务逐年减少，资源没有调整
    Unadjusted,
    /// 首年或末年的资源未登记
    Unknown,
}

/// A field in one year (领域年度数据).
#[derive(SimpleObject)]
pub struct FieldYear {
    /// Year (年度).
    year: i32,
    /// Tasks whose last day lies in it (任务数).
    tasks: i32,
    /// Those done (完成数).
    done: i32,
    /// Done in percent of tasks (完成率), one decimal; null of none.
    completion_rate: Option<Published<Decimal>>,
    /// What flowed into it (资源投入), in yuan; null where nobody registered it.
    amount: Option<Published<Decimal>>,
}

/// A field over years (领域).
#[derive(SimpleObject)]
pub struct FieldGrowth {
    /// Field of work (领域).
    field: String,
    /// The years in order (各年度).
    years: Vec<FieldYear>,
    /// Tasks of the last year against the first (任务增长), percent, one decimal; null from none.
    task_growth: Option<Published<Decimal>>,
    /// Resources of the last year against the first (资源增长), percent, one decimal; null if not known.
    resource_growth: Option<Published<Decimal>>,
    /// What stands out (研判结论): advice for people who decide, nothing follows by itself.
    finding: GrowthFinding,
}

/// Tasks against resources by field (任务与资源增长比较), K.
#[derive(SimpleObject)]
pub struct WorkGrowth {
    /// Fields by name (领域).
    fields: Vec<FieldGrowth>,
}

/// Tasks, tasks done and fen of a field in a year.
type Row = (i64, i64, Option<i64>);

/// Works it out.
pub async fn growth(session: &Session, from: i32, to: i32) -> Result<WorkGrowth, ApiError> {
    session.require(Resource::Statistic, Action::Read)?;
    let tx = session.read().await?;
    let found = fields(&tx, from, to).await;
    tx.rollback().await?;
    found
}

async fn fields(tx: &Tx, from: i32, to: i32) -> Result<WorkGrowth, ApiError> {
    use work_resource::Column::{Amount, Field, Year};
    let mut all: BTreeMap<String, BTreeMap<i32, Row>> = BTreeMap::new();
    for (field, year, tasks, done) in tasks(tx, from, to).await? {
        if let Ok(year) = year.parse() {
            all.entry(field).or_default().insert(year, (tasks, done, None));
        }
    }
    let resources: Vec<(String, i32, i64)> = tx
        .gate_as::<work_resource::Entity>(Resource::Statistic, Action::Read)?
        .filter(Year.between(from, to))
        .picked([Field, Year, Amount], [])
        .await?;
    for (field, year, amount) in resources {
        all.entry(field).or_default().entry(year).or_default().2 = Some(amount);
    }
    let fields = all.into_iter().map(|(field, mut rows)| {
        let years: Vec<(i32, Row)> = (from..=to).map(|n| (n, rows.remove(&n).unwrap_or_default())).collect();
        of_field(field, &years)
    });
    Ok(WorkGrowth { fields: fields.collect() })
}

fn of_field(field: String, years: &[(i32, Row)]) -> FieldGrowth {
    let rows: Vec<Year> = years.iter().map(|(_, (tasks, _, amount))| Year { tasks: *tasks, amount: *amount }).collect();
    let ends = rows.first().zip(rows.last());
    let amounts = ends.and_then(|(a, b)| a.amount.zip(b.amount));
    FieldGrowth {
        field,
        task_growth: ends.and_then(|(a, b)| growth::growth(a.tasks, b.tasks)).map(Published),
        resource_growth: amounts.and_then(|(a, b)| growth::growth(a, b)).map(Published),
        finding: match growth::finding(&rows) {
            Finding::InStep => GrowthFinding::InStep,
            Finding::Outgrown => GrowthFinding::Outgrown,
            Finding::Unadjusted => GrowthFinding::Unadjusted,
            Finding::Unknown => GrowthFinding::Unknown,
        },
        years: years
            .iter()
            .map(|(year, (tasks, done, amount))| FieldYear {
                year: *year,
                tasks: whole(*tasks),
                done: whole(*done),
                completion_rate: rate(*done, *tasks).map(Published),
                amount: amount.map(|fen| Published(Decimal::new(fen, 2))),
            })
            .collect(),
    }
}

const FIELD: &str = "(select i.field from work_item i where i.tenant_id = task.tenant_id and i.id = task.item_id)";
/// The year that a task counts for; both databases write a day from its year on.
const YEAR: &str = "substr(cast(task.plan_end as text), 1, 4)";

/// Field, year, tasks and tasks done of some years.
async fn tasks(tx: &Tx, from: i32, to: i32) -> Result<Vec<(String, String, i64, i64)>, ApiError> {
    tx.gate_as::<task::Entity>(Resource::Statistic, Action::Read)?
        .filter(task::Column::PlanEnd.between(year(from).0, year(to).1))
        .filter(task::Column::State.is_not_in([TaskState::Draft, TaskState::Withdrawn]))
        .grouped(
            [],
            [Expr::cust(FIELD), Expr::cust(YEAR)],
            [Expr::cust("count(*)"), Expr::cust("count(task.finished_on)")],
        )
        .await
}
