//! Figures over cases (办件统计), rules H-03, H-04 and K: worked out at every question, never kept.

mod agencies;
mod cases;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use entities::{
    matter, matter_branch, matter_material,
    values::{CaseState, MaterialPhase, TenantLevel},
};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Order};
use uuid::Uuid;

use crate::{
    graph::{
        payload::Ref,
        scalars::{Given, Gql, Published, whole},
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

/// Figures of one agency in a matter (单位办理情况), H-03, H-04.
#[derive(SimpleObject)]
pub struct AgencyFigures {
    /// The agency (承办单位); null when it is out of your reach.
    handling_unit: Option<Ref<Unit>>,
    /// Its items, without those that ended with their case (联办件数).
    items: i32,
    /// Those that are not done (未办结数).
    open: i32,
    /// Those done after their last day, or not done though it is past (超期数); a standing clock is not late.
    overdue: i32,
    /// Those sent back at least once (退回件数).
    returned: i32,
    /// Mean working days of those done (平均办理工作日), one decimal.
    mean_worked_days: Option<Published<Decimal>>,
    /// 95th percentile of the same, by nearest rank (P95).
    p95_worked_days: Option<i32>,
}

/// Figures of a matter over a period (事项统计), H-03, H-04, K.
#[derive(SimpleObject)]
pub struct MatterStatistics {
    /// Cases running or done (办件总数).
    total: i32,
    /// Those of the total that nodes of lower levels told of (下级节点办件数).
    told: i32,
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
    /// By how many percent the promised days are fewer than before (时限压缩率), one decimal.
    limit_reduction: Option<Published<Decimal>>,
    /// Steps it took before (改革前环节数); 0 where nothing is known.
    steps_before: i32,
    /// Steps it takes now, one for each agency (现有环节数).
    steps_now: i32,
    /// By how many percent the steps were reduced (环节精简率), one decimal.
    step_reduction: Option<Published<Decimal>>,
    /// Materials asked for before (改革前材料数).
    materials_before: i32,
    /// Materials asked for now (现需材料数).
    materials_now: i32,
    /// By how many percent the materials were reduced (材料精简率), one decimal.
    material_reduction: Option<Published<Decimal>>,
    /// Visits to a counter that it takes (跑动次数).
    visits: i32,
    /// Items returned, by agency, most first (退回情况).
    returned: Vec<ReturnedCount>,
    /// Every agency that had an item of the tenant's own cases, where it holds cases up most first (堵点单位): by items overdue, then by
    /// mean working days, then by items returned.
    bottlenecks: Vec<AgencyFigures>,
    /// Steps done on paper in the tenant's own cases done (线下环节数); NB-15 asks for 0.
    offline_steps: i32,
}

/// Figures over cases.
#[derive(Default)]
pub struct MattersQueries;

/// Figures over cases.
#[Object]
impl MattersQueries {
    /// Figures of a matter over the cases of your subtree that were submitted in a period (事项统计). Whoever may see
    /// the whole tenant's figures has those cases counted too that nodes of lower levels told of (市县两级). What is
    /// compared with before is the newest version's.
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
    let tx = session.read().await?;
    let figures = gather(&tx, key, period).await;
    tx.rollback().await?;
    figures
}

/// Which cases are counted.
struct Scope {
    /// The matter's key.
    key: String,
    /// Every version of the matter.
    matters: Vec<Uuid>,
    /// First and last day of submission.
    period: (NaiveDate, NaiveDate),
}

async fn gather(tx: &Tx, key: &str, period: (NaiveDate, NaiveDate)) -> Result<MatterStatistics, ApiError> {
    let versions = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(key));
    let versions = versions.order_by(matter::Column::Number, Order::Desc).all().await?;
    let newest = versions.first().ok_or(ApiError::of(Code::NotFound).at("matterKey"))?;
    let scope = Scope { key: key.into(), matters: versions.iter().map(|m| m.id).collect(), period };
    let mut tally = cases::tally(tx, &scope).await?;
    let told = cases::told(tx, &scope).await?;
    let of_total = |tally: &&cases::CaseTally| tally.1 != CaseState::Cancelled;
    let told_of = whole(told.iter().filter(of_total).map(|(.., n)| n).sum::<i64>());
    tally.extend(told);
    let agencies = agencies::figures(tx, &scope).await?;
    let asked = tx.parts::<matter_material::Entity>().filter(matter_material::Column::MatterId.eq(newest.id));
    let asked: Vec<(MaterialPhase, i64)> = asked.tally([matter_material::Column::Phase]).await?;
    let asked = |phase| count(asked.iter().filter(|(p, _)| *p == phase).map(|(_, n)| n).sum());
    let (before, now) = (asked(MaterialPhase::Before), asked(MaterialPhase::Current));
    let steps = tx.parts::<matter_branch::Entity>().filter(matter_branch::Column::MatterId.eq(newest.id));
    let steps_now = u32::try_from(steps.count().await?).unwrap_or(u32::MAX);
    let rate = |before: i32, now: u32| reduction_rate(count(before.into()), now).map(Published);
    let by_level = cases::by_level(&tally);
    let days = cases::durations(&tally);
    let sum = |of: fn(&LevelCount) -> i32| by_level.iter().map(of).sum();
    Ok(MatterStatistics {
        total: sum(|l| l.total),
        told: told_of,
        running: sum(|l| l.running),
        done: sum(|l| l.done),
        mean_worked_days: mean(&days).map(Published),
        p95_worked_days: p95(&days).map(whole),
        limit_days: newest.limit_days,
        baseline_days: newest.baseline_days,
        limit_reduction: rate(newest.baseline_days, count(newest.limit_days.into())),
        steps_before: newest.baseline_steps,
        steps_now: whole(steps_now),
        step_reduction: rate(newest.baseline_steps, steps_now),
        materials_before: whole(before),
        materials_now: whole(now),
        material_reduction: reduction_rate(before, now).map(Published),
        visits: newest.visits,
        returned: agencies::returned(&agencies),
        bottlenecks: agencies::published(agencies),
        offline_steps: cases::offline(&tally),
        by_level,
    })
}

fn count(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn k_a_period_does_not_end_before_it_begins() {
        let day = |text: &str| Given::Value(text.parse::<NaiveDate>().unwrap());
        assert!(period(&day("2025-01-01"), &day("2025-01-01")).is_ok());
        let refused = period(&day("2025-01-02"), &day("2025-01-01")).unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::BadUserInput, Some("to")));
        assert!(period(&Given::Wrong("x".into()), &day("2025-01-01")).is_err());
    }
}
