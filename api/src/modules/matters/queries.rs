//! Figures over cases (办件统计), rules H-03, H-04 and K.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use entities::{
    case_item, case_step, matter, matter_case, matter_material,
    values::{CaseAction, CaseKind, CaseState, MaterialPhase, TenantLevel},
};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Order,
    sea_query::{Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    graph::{
        payload::Ref,
        scalars::{Given, Gql, Published},
        schema::required,
    },
    kernel::{
        error::{ApiError, Code, Faults},
        session::Session,
        tx::Tx,
    },
    modules::{
        matters::rules::{
            durations::{mean, p95},
            reduction::reduction_rate,
        },
        organisation::catalogue::Unit,
    },
};

/// Cases of one level (分层级办件数), K.
#[derive(SimpleObject, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelCount {
    /// The level (层级).
    level: Gql<TenantLevel>,
    /// Cases running or done (办件数).
    total: i32,
    /// Cases running (在办数).
    running: i32,
    /// Cases done (办结数).
    done: i32,
    /// Cases withdrawn or ended with their approval; not in the total (终止数).
    cancelled: i32,
}

/// Items that an agency sent back (退回件数), H-03.
#[derive(SimpleObject)]
pub struct ReturnedCount {
    /// The agency (承办单位); null when it is out of your reach.
    handling_unit: Option<Ref<Unit>>,
    /// Items returned at least once (退回件数).
    items: i32,
}

/// Figures of a matter over a period (事项统计), H-03, H-04, K.
#[derive(SimpleObject)]
pub struct MatterStatistics {
    /// Cases running or done (办件总数).
    total: i32,
    /// Cases running (在办数).
    running: i32,
    /// Cases done (办结数).
    done: i32,
    /// The same by level, province first (分层级).
    by_level: Vec<LevelCount>,
    /// Mean working days of the cases done (平均办理工作日), one decimal.
    mean_worked_days: Option<Published<Decimal>>,
    /// 95th percentile of the same, by nearest rank (P95).
    p95_worked_days: Option<i32>,
    /// Promised working days (承诺工作日).
    limit_days: i32,
    /// Days it took before (改革前天数).
    baseline_days: i32,
    /// Materials asked for before (改革前材料数).
    materials_before: i32,
    /// Materials asked for now (现需材料数).
    materials_now: i32,
    /// By how many percent the materials were reduced (材料精简率), one decimal.
    material_reduction: Option<Published<Decimal>>,
    /// Items returned, by agency, most first (退回情况).
    returned: Vec<ReturnedCount>,
    /// Steps done on paper in the cases done (线下环节数); NB-15 asks for 0.
    offline_steps: i32,
}

/// Figures over cases.
#[derive(Default)]
pub struct MattersQueries;

/// Figures over cases.
#[Object]
impl MattersQueries {
    /// Figures of a matter over the cases of your subtree that were submitted in a period (事项统计).
    /// Permission: `statistic:read`. H-03, H-04, K.
    async fn matter_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Key of the matter (事项编码), as in `retirement`.")] matter_key: String,
        #[graphql(desc = "First day of submission (起始日期).")] from: Given<NaiveDate>,
        #[graphql(desc = "Last day of submission (截止日期), not before the first.")] to: Given<NaiveDate>,
    ) -> Result<Option<MatterStatistics>> {
        let session = required(ctx)?;
        let period = period(&from, &to)?;
        Ok(Some(statistics(session, &matter_key, period).await?))
    }
}

fn period(from: &Given<NaiveDate>, to: &Given<NaiveDate>) -> Result<(NaiveDate, NaiveDate), ApiError> {
    let mut faults = Faults::default();
    let wrong = |field: &str, zh: String, en: String| ApiError::of(Code::BadUserInput).at(field).saying(zh, en);
    let form = |field: &str| wrong(field, format!("{field} 应为日期 YYYY-MM-DD"), format!("{field} takes YYYY-MM-DD."));
    let from = from.get("from", &mut faults).ok_or_else(|| form("from"))?;
    let to = to.get("to", &mut faults).ok_or_else(|| form("to"))?;
    if from > to {
        return Err(wrong("to", format!("不得早于 {from}"), format!("`to` is {to}, before `from`, {from}.")));
    }
    Ok((from, to))
}

async fn statistics(
    session: &Session,
    key: &str,
    period: (NaiveDate, NaiveDate),
) -> Result<MatterStatistics, ApiError> {
    session.require(Resource::Statistic, Action::Read)?;
    let tx = session.begin().await?;
    let figures = gather(&tx, key, period).await;
    tx.rollback().await?;
    figures
}

type CaseTally = (TenantLevel, CaseState, Option<i32>, i32, i64);

async fn gather(tx: &Tx, key: &str, period: (NaiveDate, NaiveDate)) -> Result<MatterStatistics, ApiError> {
    let versions = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(key));
    let versions = versions.order_by(matter::Column::Number, Order::Desc).all().await?;
    let newest = versions.first().ok_or(ApiError::of(Code::NotFound).at("matterKey"))?;
    let matters: Vec<Uuid> = versions.iter().map(|m| m.id).collect();
    let tally: Vec<CaseTally> = tx
        .gate_as::<matter_case::Entity>(Resource::Statistic, Action::Read)?
        .filter(matter_case::Column::MatterId.is_in(matters.clone()))
        .filter(matter_case::Column::Kind.eq(CaseKind::Ordinary))
        .filter(matter_case::Column::SubmittedOn.between(period.0, period.1))
        .tally([
            matter_case::Column::Level,
            matter_case::Column::State,
            matter_case::Column::WorkedDays,
            matter_case::Column::OfflineSteps,
        ])
        .await?;
    let mut returned: Vec<(Uuid, i64)> = tx
        .gate_as::<case_item::Entity>(Resource::Statistic, Action::Read)?
        .filter(case_item::Column::CaseId.in_subquery(cases(tx, matters, period)))
        .filter(case_item::Column::Id.in_subquery(sent_back(tx)))
        .tally([case_item::Column::HandlingUnitId])
        .await?;
    returned.sort_by_key(|(unit, n)| (std::cmp::Reverse(*n), *unit));
    let mut materials = [0; 2];
    for (count, phase) in materials.iter_mut().zip([MaterialPhase::Before, MaterialPhase::Current]) {
        let asked = tx.parts::<matter_material::Entity>().filter(matter_material::Column::MatterId.eq(newest.id));
        *count = asked.filter(matter_material::Column::Phase.eq(phase)).count().await?;
    }
    let [before, now] = materials.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    let by_level = by_level(&tally);
    let days = durations(&tally);
    let sum = |of: fn(&LevelCount) -> i32| by_level.iter().map(of).sum();
    Ok(MatterStatistics {
        total: sum(|l| l.total),
        running: sum(|l| l.running),
        done: sum(|l| l.done),
        mean_worked_days: mean(&days).map(Published),
        p95_worked_days: p95(&days).map(|n| whole(n.into())),
        limit_days: newest.limit_days,
        baseline_days: newest.baseline_days,
        materials_before: whole(before.into()),
        materials_now: whole(now.into()),
        material_reduction: reduction_rate(before, now).map(Published),
        returned: returned
            .into_iter()
            .map(|(unit, n)| ReturnedCount { handling_unit: Some(Ref::new(unit)), items: whole(n) })
            .collect(),
        offline_steps: offline(&tally),
        by_level,
    })
}

fn cases(tx: &Tx, matters: Vec<Uuid>, period: (NaiveDate, NaiveDate)) -> SelectStatement {
    Query::select()
        .column(matter_case::Column::Id)
        .from(matter_case::Entity)
        .and_where(matter_case::Column::TenantId.eq(tx.tenant_id()))
        .and_where(matter_case::Column::MatterId.is_in(matters))
        .and_where(matter_case::Column::SubmittedOn.between(period.0, period.1))
        .to_owned()
}

fn sent_back(tx: &Tx) -> SelectStatement {
    Query::select()
        .column(case_step::Column::CaseItemId)
        .from(case_step::Entity)
        .and_where(case_step::Column::TenantId.eq(tx.tenant_id()))
        .and_where(case_step::Column::Action.eq(CaseAction::Return))
        .and_where(case_step::Column::CaseItemId.is_not_null())
        .to_owned()
}

fn by_level(tally: &[CaseTally]) -> Vec<LevelCount> {
    let levels = [TenantLevel::Province, TenantLevel::City, TenantLevel::County];
    let count =
        |level, state| whole(tally.iter().filter(|(l, s, ..)| (*l, *s) == (level, state)).map(|(.., n)| n).sum());
    levels
        .map(|level| {
            let (running, done) = (count(level, CaseState::Running), count(level, CaseState::Done));
            let cancelled = count(level, CaseState::Cancelled);
            LevelCount { level: Gql(level), total: running.saturating_add(done), running, done, cancelled }
        })
        .to_vec()
}

/// The working days of every case done, one by one.
fn durations(tally: &[CaseTally]) -> Vec<u32> {
    tally
        .iter()
        .filter(|(_, state, ..)| *state == CaseState::Done)
        .filter_map(|(_, _, days, _, n)| Some((u32::try_from((*days)?).ok()?, usize::try_from(*n).ok()?)))
        .flat_map(|(days, n)| std::iter::repeat_n(days, n))
        .collect()
}

fn offline(tally: &[CaseTally]) -> i32 {
    let done = tally.iter().filter(|(_, state, ..)| *state == CaseState::Done);
    whole(done.map(|(.., steps, n)| i64::from(*steps) * n).sum())
}

fn whole(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn k_counts_by_level_add_up() {
        let (city, county) = (TenantLevel::City, TenantLevel::County);
        let tally = [
            (city, CaseState::Done, Some(1), 0, 1000),
            (city, CaseState::Running, None, 0, 28),
            (county, CaseState::Done, Some(2), 0, 7260),
            (county, CaseState::Cancelled, None, 0, 5),
        ];
        let levels = by_level(&tally);
        let totals: Vec<i32> = levels.iter().map(|l| l.total).collect();
        assert_eq!(totals, [0, 1028, 7260]);
        assert_eq!(totals.iter().sum::<i32>(), 8288);
        assert_eq!((levels[1].running, levels[2].cancelled), (28, 5));
        let days = durations(&tally);
        assert_eq!((days.len(), p95(&days), offline(&tally)), (8260, Some(2), 0));
        assert_eq!(mean(&days).unwrap().to_string(), "1.9");
    }

    #[test]
    fn k_a_period_does_not_end_before_it_begins() {
        let day = |text: &str| Given::Value(text.parse::<NaiveDate>().unwrap());
        assert!(period(&day("2025-01-01"), &day("2025-01-01")).is_ok());
        let refused = period(&day("2025-01-02"), &day("2025-01-01")).unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::BadUserInput, Some("to")));
        assert!(period(&Given::Wrong("x".into()), &day("2025-01-01")).is_err());
    }
}
