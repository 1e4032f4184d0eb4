//! People and units made comparable (实绩比较), I-06: standard hours with each factor that they come from.

use std::collections::HashMap;

use async_graphql::{ID, SimpleObject};
use entities::unit;
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::{
    BoardSubject,
    share::{Work, cadres, held, work},
};
use crate::{
    graph::scalars::{Published, whole},
    kernel::{error::ApiError, id::publish, session::Session, tx::Tx},
    modules::tasks::{
        rules::{
            ledger::{index, saturation},
            period::year,
        },
        settings,
    },
};

/// A row of a comparison (比较结果).
#[derive(SimpleObject)]
pub struct ComparisonRow {
    /// Id of the user or unit.
    id: ID,
    /// Name (名称).
    name: String,
    /// Serving cadres counted (人数).
    people: i32,
    /// Their tasks (任务数).
    tasks: i32,
    /// Hours of what they carried out, as the standards say (工时).
    hours: Published<Decimal>,
    /// Mean difficulty of those hours (平均难度系数), percent of the ordinary, one decimal; null of none.
    difficulty: Option<Published<Decimal>>,
    /// The hours by difficulty (标准工时).
    standard_hours: Published<Decimal>,
    /// Standard hours in percent of the hours that they have in the year (工作饱和度), one decimal.
    saturation: Option<Published<Decimal>>,
    /// Standard hours for each person in percent of the mean of all (标准化指数), one decimal: 100 is the mean.
    index: Option<Published<Decimal>>,
}

/// People or units compared by standard hours (实绩比较), I-06.
#[derive(SimpleObject)]
pub struct PerformanceComparison {
    /// The rows, the most standard hours for each person first (比较结果).
    rows: Vec<ComparisonRow>,
    /// Rows there are in all (总数).
    total_rows: i32,
    /// Serving cadres counted (人数).
    people: i32,
    /// Standard hours in all (标准工时合计).
    standard_hours: Published<Decimal>,
    /// Version of the rule set `tasks` behind the hours that a month has; 0: the built-in (规则版本).
    rule_version: i32,
}

#[derive(Default)]
struct Sum {
    people: i64,
    tasks: i64,
    work: Work,
}

/// Works a comparison out.
pub async fn comparison(
    session: &Session,
    of: i32,
    subject: BoardSubject,
    first: usize,
) -> Result<PerformanceComparison, ApiError> {
    session.require(Resource::Statistic, Action::Read)?;
    let tx = session.read().await?;
    let found = compared(&tx, of, subject, first).await;
    tx.rollback().await?;
    found
}

async fn compared(tx: &Tx, of: i32, subject: BoardSubject, first: usize) -> Result<PerformanceComparison, ApiError> {
    let (users, held, work) = (cadres(tx).await?, held(tx, year(of)).await?, work(tx, year(of)).await?);
    let by_unit = subject == BoardSubject::Unit;
    let (mut sums, mut all): (HashMap<Uuid, Sum>, Sum) = (HashMap::new(), Sum::default());
    for user in &users {
        let own = work.get(&user.id).copied().unwrap_or_default();
        let tasks = held.get(&user.id).copied().unwrap_or(0);
        for sum in [sums.entry(if by_unit { user.unit_id } else { user.id }).or_default(), &mut all] {
            sum.people += 1;
            sum.tasks += tasks;
            sum.work.hours += own.hours;
            sum.work.standard += own.standard;
        }
    }
    let mut names: HashMap<Uuid, String> = users.into_iter().map(|user| (user.id, user.name)).collect();
    if by_unit {
        let ids: Vec<Uuid> = sums.keys().copied().collect();
        for some in ids.chunks(1000) {
            let rows = tx.parts::<unit::Entity>().filter(unit::Column::Id.is_in(some.to_vec()));
            names.extend(rows.picked::<(Uuid, String)>([unit::Column::Id, unit::Column::Name], []).await?);
        }
    }
    let each = |sum: &Sum| sum.work.standard.checked_div(sum.people.into()).unwrap_or_default();
    let mut rows: Vec<(Uuid, Sum)> = sums.into_iter().collect();
    rows.sort_by(|a, b| each(&b.1).cmp(&each(&a.1)).then(a.0.cmp(&b.0)));
    let settings = settings::on(tx, tx.session().today()).await?;
    let total_rows = whole(rows.len());
    let row = |(id, sum): (Uuid, Sum)| ComparisonRow {
        id: ID(publish(if by_unit { "uni" } else { "usr" }, id)),
        name: names.get(&id).cloned().unwrap_or_default(),
        people: whole(sum.people),
        tasks: whole(sum.tasks),
        hours: Published(sum.work.hours),
        difficulty: index(sum.work.standard, sum.work.hours, 1).map(Published),
        standard_hours: Published(sum.work.standard),
        saturation: saturation(sum.work.standard, settings.month_hours * 12 * sum.people).map(Published),
        index: index(each(&sum), all.work.standard, all.people).map(Published),
    };
    Ok(PerformanceComparison {
        rows: rows.into_iter().take(first).map(row).collect(),
        total_rows,
        people: whole(all.people),
        standard_hours: Published(all.work.standard),
        rule_version: settings.version,
    })
}
