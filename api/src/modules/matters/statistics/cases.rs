//! Cases by level, state and working days (分层级办件数), K: one statement, and what follows from it.

use entities::{
    matter_case, received_case,
    values::{CaseKind, CaseState, TenantLevel},
};
use policies::{Action, Resource};
use sea_orm::ColumnTrait;

use super::{LevelCount, Scope};
use crate::{
    graph::scalars::{Gql, whole},
    kernel::{error::ApiError, tx::Tx},
};

/// Level, state, working days and steps on paper of cases, and how many of them there are.
pub(super) type CaseTally = (TenantLevel, CaseState, Option<i32>, i32, i64);

/// Counts the caller's cases.
pub(super) async fn tally(tx: &Tx, scope: &Scope) -> Result<Vec<CaseTally>, ApiError> {
    use matter_case::Column;
    tx.gate_as::<matter_case::Entity>(Resource::Statistic, Action::Read)?
        .filter(Column::MatterId.is_in(scope.matters.clone()))
        .filter(Column::Kind.eq(CaseKind::Ordinary))
        .filter(Column::SubmittedOn.between(scope.period.0, scope.period.1))
        .tally([Column::Level, Column::State, Column::WorkedDays, Column::OfflineSteps])
        .await
}

/// Counts the cases that nodes of lower levels told of, for whoever may see the figures of the whole tenant. Steps on
/// paper are not told of.
pub(super) async fn told(tx: &Tx, scope: &Scope) -> Result<Vec<CaseTally>, ApiError> {
    use received_case::Column;
    let own = tx.session().tenant().level;
    let below: Vec<TenantLevel> = LEVELS.into_iter().skip_while(|level| *level != own).skip(1).collect();
    let tally: Vec<(TenantLevel, CaseState, Option<i32>, i64)> = tx
        .gate_as::<received_case::Entity>(Resource::Statistic, Action::Read)?
        .filter(Column::Level.is_in(below))
        .filter(Column::MatterKey.eq(&scope.key))
        .filter(Column::SubmittedOn.between(scope.period.0, scope.period.1))
        .tally([Column::Level, Column::State, Column::WorkedDays])
        .await?;
    Ok(tally.into_iter().map(|(level, state, days, n)| (level, state, days, 0, n)).collect())
}

/// From the highest to the lowest.
const LEVELS: [TenantLevel; 3] = [TenantLevel::Province, TenantLevel::City, TenantLevel::County];

/// The counts of each level, province first.
pub(super) fn by_level(tally: &[CaseTally]) -> Vec<LevelCount> {
    let count = |level, state| {
        whole(tally.iter().filter(|(l, s, ..)| (*l, *s) == (level, state)).map(|(.., n)| n).sum::<i64>())
    };
    LEVELS
        .map(|level| {
            let (running, done) = (count(level, CaseState::Running), count(level, CaseState::Done));
            let cancelled = count(level, CaseState::Cancelled);
            LevelCount { level: Gql(level), total: running.saturating_add(done), running, done, cancelled }
        })
        .to_vec()
}

/// The working days of every case done, one by one.
pub(super) fn durations(tally: &[CaseTally]) -> Vec<u32> {
    tally
        .iter()
        .filter(|(_, state, ..)| *state == CaseState::Done)
        .filter_map(|(_, _, days, _, n)| Some((u32::try_from((*days)?).ok()?, usize::try_from(*n).ok()?)))
        .flat_map(|(days, n)| std::iter::repeat_n(days, n))
        .collect()
}

/// The steps done on paper in the cases done.
pub(super) fn offline(tally: &[CaseTally]) -> i32 {
    let done = tally.iter().filter(|(_, state, ..)| *state == CaseState::Done);
    whole(done.map(|(.., steps, n)| i64::from(*steps) * n).sum::<i64>())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::matters::rules::durations::{mean, p95};

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
}
