//! How the work of a year is shared among people (实绩分布), I-06 and K.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{ID, SimpleObject};
use chrono::NaiveDate;
use entities::{
    app_user, cadre, task, task_duty,
    values::{CadreState, TaskDutyKind, TaskState, UserKind, UserState},
};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    graph::scalars::{Published, whole},
    kernel::{error::ApiError, id::publish, partial_date::PartialDate, rows::Rows, session::Session, tx::Tx},
    modules::tasks::{
        rules::{
            board::rate,
            ledger::{age_band, is_low, saturation, top_share},
            period::year,
        },
        settings,
    },
};

/// A group of people by sex and age (性别年龄组).
#[derive(SimpleObject)]
pub struct GroupShare {
    /// Code of the sex in GB/T 2261.1 (性别代码).
    sex: String,
    /// Age band at the year's end (年龄段): `UP_TO_35`, `FROM_36_TO_45`, `FROM_46_TO_55`, `OVER_55`; empty if not known.
    age_band: String,
    /// People in it (人数).
    people: i32,
    /// Their share of all people (人数占比), percent, one decimal.
    people_share: Option<Published<Decimal>>,
    /// Their tasks (任务数).
    tasks: i32,
    /// Their share of all tasks (任务占比), percent, one decimal.
    task_share: Option<Published<Decimal>>,
    /// Standard hours of what they added (标准工时合计).
    standard_hours: Published<Decimal>,
    /// Those hours in percent of the hours that they have in a year (工作饱和度), one decimal.
    saturation: Option<Published<Decimal>>,
}

/// Somebody with little to do (工作量偏低人员).
#[derive(SimpleObject)]
pub struct LowLoad {
    /// Id of the user.
    id: ID,
    /// Name (姓名).
    name: String,
    /// Tasks of the year (任务数).
    tasks: i32,
}

/// How the work of a year is shared (实绩分布), I-06 and K.
#[derive(SimpleObject)]
pub struct PerformanceShare {
    /// Serving cadres with a user of yours to see (干部数).
    people: i32,
    /// Tasks that they answer for, each once for every person (任务数).
    tasks: i32,
    /// People at the top: the floor of the share asked for (前列人数).
    top_people: i32,
    /// Their tasks (前列任务数).
    top_tasks: i32,
    /// Their share of all (前列占比), percent, one decimal.
    top_share: Option<Published<Decimal>>,
    /// People against work by sex and age band (人数比与工作量比).
    groups: Vec<GroupShare>,
    /// Those with less than half the mean in each of the years asked for, the fewest first, at most 100 (工作量偏低人员).
    low_load: Vec<LowLoad>,
}

/// Works out how the work of a year is shared.
pub async fn share(session: &Session, of: i32, percent: u32, years: i32) -> Result<PerformanceShare, ApiError> {
    session.require(Resource::Statistic, Action::Read)?;
    let tx = session.read().await?;
    let found = shares(&tx, of, percent, years).await;
    tx.rollback().await?;
    found
}

/// Persons who are serving cadres.
fn serving(tenant: Uuid) -> SelectStatement {
    let states = [CadreState::Serving, CadreState::Probation, CadreState::Retiring];
    Query::select()
        .column(cadre::Column::PersonId)
        .from(cadre::Entity)
        .and_where(cadre::Column::TenantId.eq(tenant))
        .and_where(cadre::Column::State.is_in(states))
        .to_owned()
}

/// Tasks that count for a period, by their last day.
fn due(tenant: Uuid, days: (NaiveDate, NaiveDate)) -> SelectStatement {
    Query::select()
        .column(task::Column::Id)
        .from(task::Entity)
        .and_where(task::Column::TenantId.eq(tenant))
        .and_where(task::Column::PlanEnd.between(days.0, days.1))
        .and_where(task::Column::State.is_not_in([TaskState::Draft, TaskState::Withdrawn]))
        .to_owned()
}

/// A serving cadre with a user.
pub(super) struct Serving {
    /// The user.
    pub id: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's unit.
    pub unit_id: Uuid,
    /// Code of the sex.
    pub sex: String,
    birth: String,
}

impl Serving {
    /// The age band on a day; empty if the birth is not known.
    pub fn band(&self, on: NaiveDate) -> &'static str {
        let age = self.birth.parse::<PartialDate>().ok().and_then(|birth| birth.age_at(on));
        age.and_then(|age| i32::try_from(age).ok()).map_or("", age_band)
    }
}

const SEX: &str = "(select p.sex from person p where p.tenant_id = app_user.tenant_id and p.id = app_user.person_id)";
const BIRTH: &str =
    "(select p.birth from person p where p.tenant_id = app_user.tenant_id and p.id = app_user.person_id)";

/// Serving cadres with a user whom the right to statistics reaches.
pub(super) async fn cadres(tx: &Tx) -> Result<Vec<Serving>, ApiError> {
    use app_user::Column;
    let rows: Vec<(Uuid, String, Uuid, String, String)> = tx
        .gate_as::<app_user::Entity>(Resource::Statistic, Action::Read)?
        .filter(Column::State.eq(UserState::Active))
        .filter(Column::Kind.eq(UserKind::Human))
        .filter(Column::PersonId.in_subquery(serving(tx.tenant_id())))
        .picked([Column::Id, Column::Name, Column::UnitId], [Expr::cust(SEX), Expr::cust(BIRTH)])
        .await?;
    Ok(rows.into_iter().map(|(id, name, unit_id, sex, birth)| Serving { id, name, unit_id, sex, birth }).collect())
}

/// Who answers for the tasks of a period; co-handlers are not counted.
fn holding(tx: &Tx, days: (NaiveDate, NaiveDate)) -> Rows<'_, task_duty::Entity> {
    tx.parts::<task_duty::Entity>()
        .filter(task_duty::Column::Kind.ne(TaskDutyKind::Assisting))
        .filter(task_duty::Column::EndedOn.is_null())
        .filter(task_duty::Column::TaskId.in_subquery(due(tx.tenant_id(), days)))
}

/// Tasks of a period by who answers for them.
pub(super) async fn held(tx: &Tx, days: (NaiveDate, NaiveDate)) -> Result<HashMap<Uuid, i64>, ApiError> {
    let rows: Vec<(Uuid, i64)> = holding(tx, days).tally([task_duty::Column::UserId]).await?;
    Ok(rows.into_iter().collect())
}

/// The year that a duty's task counts for; both databases write a day from its year on.
const YEAR: &str = "(select substr(cast(k.plan_end as text), 1, 4) from task k where k.tenant_id = task_duty.tenant_id \
    and k.id = task_duty.task_id)";

/// The same for each year of several.
async fn held_each(tx: &Tx, from: i32, to: i32) -> Result<HashMap<i32, HashMap<Uuid, i64>>, ApiError> {
    let rows: Vec<(Uuid, String, i64)> = holding(tx, (year(from).0, year(to).1))
        .grouped([task_duty::Column::UserId], [Expr::cust(YEAR)], [Expr::cust("count(*)")])
        .await?;
    let mut each: HashMap<i32, HashMap<Uuid, i64>> = HashMap::new();
    for (user, year, tasks) in rows {
        if let Ok(year) = year.parse() {
            each.entry(year).or_default().insert(user, tasks);
        }
    }
    Ok(each)
}

/// What somebody carried out of a period's tasks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// Hours, as they stand in the standards.
    pub hours: Decimal,
    /// The same by difficulty.
    pub standard: Decimal,
}

/// The progress that a duty added.
const OWN: &str = "(coalesce(task_duty.left_percent, (select k.percent from task k where k.tenant_id = task_duty.tenant_id \
    and k.id = task_duty.task_id)) - task_duty.inherited_percent)";
const HOURS: &str = "(select k.hours from task k where k.tenant_id = task_duty.tenant_id and k.id = task_duty.task_id)";
const DIFFICULTY: &str =
    "(select k.difficulty from task k where k.tenant_id = task_duty.tenant_id and k.id = task_duty.task_id)";
/// Hours of a task with tasks below it are those of the tasks below.
const LEAF: &str = "not exists (select 1 from task b where b.tenant_id = task_duty.tenant_id \
    and b.parent_id = task_duty.task_id)";

/// Work on a period's tasks by who carried them out, each until he passed them on.
pub(super) async fn work(tx: &Tx, days: (NaiveDate, NaiveDate)) -> Result<HashMap<Uuid, Work>, ApiError> {
    let rows: Vec<(Uuid, i64, i64)> = tx
        .parts::<task_duty::Entity>()
        .filter(task_duty::Column::Kind.eq(TaskDutyKind::Executing))
        .filter(task_duty::Column::TaskId.in_subquery(due(tx.tenant_id(), days)))
        .filter(Expr::cust(LEAF))
        .filter(Expr::cust(format!("{OWN} > 0")))
        .figures(
            [task_duty::Column::UserId],
            [Expr::cust(format!("sum({OWN} * {HOURS})")), Expr::cust(format!("sum({OWN} * {HOURS} * {DIFFICULTY})"))],
        )
        .await?;
    let work =
        |hours, standard| Work { hours: Decimal::new(hours, 2), standard: Decimal::new(standard, 4).round_dp(2) };
    Ok(rows.into_iter().map(|(user, hours, standard)| (user, work(hours, standard))).collect())
}

/// People of one sex and age band.
#[derive(Default)]
struct Group {
    people: i64,
    tasks: i64,
    hours: Decimal,
}

async fn shares(tx: &Tx, of: i32, percent: u32, years: i32) -> Result<PerformanceShare, ApiError> {
    let users = cadres(tx).await?;
    let all = i64::try_from(users.len()).unwrap_or(i64::MAX);
    let mut each = held_each(tx, of - years + 1, of).await?;
    let history = (0..years).map(|earlier| {
        let held = each.remove(&(of - earlier)).unwrap_or_default();
        let total: i64 = users.iter().filter_map(|user| held.get(&user.id)).sum();
        (held, total)
    });
    let history: Vec<(HashMap<Uuid, i64>, i64)> = history.collect();
    let count = |user: &Serving| history.first().and_then(|(held, _)| held.get(&user.id)).copied().unwrap_or(0);
    let items: Vec<i64> = users.iter().map(count).collect();
    let top = top_share(&items, percent);
    let work = work(tx, year(of)).await?;
    let mut groups: BTreeMap<(String, &str), Group> = BTreeMap::new();
    for user in &users {
        let group = groups.entry((user.sex.clone(), user.band(year(of).1))).or_default();
        group.people += 1;
        group.tasks += count(user);
        group.hours += work.get(&user.id).copied().unwrap_or_default().standard;
    }
    let low = |user: &&Serving| {
        let own = |held: &HashMap<Uuid, i64>| held.get(&user.id).copied().unwrap_or(0);
        is_low(&history.iter().map(|(held, total)| (own(held), *total, all)).collect::<Vec<_>>())
    };
    let mut low: Vec<&Serving> = users.iter().filter(low).collect();
    low.sort_by_key(|user| (count(user), user.id));
    let capacity = settings::on(tx, tx.session().today()).await?.month_hours * 12;
    let group = |((sex, band), group): ((String, &str), Group)| GroupShare {
        sex,
        age_band: band.to_string(),
        people: whole(group.people),
        people_share: rate(group.people, all).map(Published),
        tasks: whole(group.tasks),
        task_share: rate(group.tasks, top.total).map(Published),
        standard_hours: Published(group.hours),
        saturation: saturation(group.hours, capacity.saturating_mul(group.people)).map(Published),
    };
    Ok(PerformanceShare {
        people: whole(all),
        tasks: whole(top.total),
        top_people: whole(top.people.try_into().unwrap_or(i64::MAX)),
        top_tasks: whole(top.items),
        top_share: top.share.map(Published),
        groups: groups.into_iter().map(group).collect(),
        low_load: low
            .into_iter()
            .take(100)
            .map(|user| LowLoad { id: ID(publish("usr", user.id)), name: user.name.clone(), tasks: whole(count(user)) })
            .collect(),
    })
}
