//! Agencies of a matter and where they hold cases up (堵点), H-03, H-04: one statement, and what follows from it.

use std::{cmp::Reverse, collections::BTreeMap};

use entities::{
    case_item, case_step, matter_case,
    values::{CaseAction, CaseItemState, CaseKind},
};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Alias, CaseStatement, Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{AgencyFigures, ReturnedCount, Scope};
use crate::{
    graph::{
        payload::Ref,
        scalars::{Published, whole},
    },
    kernel::{error::ApiError, tx::Tx},
    modules::matters::rules::durations::{mean, p95},
};

/// Agency, state and working days of items; how many there are, how many of them are late, how many came back.
type ItemTally = (Uuid, CaseItemState, Option<i32>, i64, i64, i64);

/// What is known of an agency's items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Agency {
    unit: Uuid,
    items: i64,
    open: i64,
    overdue: i64,
    returned: i64,
    /// The working days of every item done, one by one.
    days: Vec<u32>,
}

/// The figures of every agency that the caller's cases were handled by, in the order of [`ranked`].
pub(super) async fn figures(tx: &Tx, scope: &Scope) -> Result<Vec<Agency>, ApiError> {
    use case_item::Column;
    let today = tx.session().today();
    let item = |column: Column| Expr::col((case_item::Entity, column));
    let done_late = item(Column::FinishedOn).gt(item(Column::DueOn));
    let still_open = item(Column::FinishedOn).is_null().and(item(Column::PausedOn).is_null());
    let late = done_late.or(still_open.and(item(Column::DueOn).lt(today)));
    let sent_back = item(Column::Id).in_subquery(sent_back(tx));
    let tally: Vec<ItemTally> = tx
        .gate_as::<case_item::Entity>(Resource::Statistic, Action::Read)?
        .filter(Column::CaseId.in_subquery(cases(tx, scope)))
        .filter(Column::State.ne(CaseItemState::Cancelled))
        .figures(
            [Column::HandlingUnitId, Column::State, Column::WorkedDays],
            [item(Column::Id).count(), times(late), times(sent_back)],
        )
        .await?;
    Ok(ranked(&tally))
}

/// In how many rows a condition holds.
fn times(condition: SimpleExpr) -> SimpleExpr {
    let one = CaseStatement::new().case(Condition::all().add(condition), Expr::value(1)).finally(Expr::value(0));
    // PostgreSQL adds up bound parameters as it likes; what is read is a 64-bit integer.
    let one: SimpleExpr = one.into();
    one.cast_as(Alias::new("integer")).sum().cast_as(Alias::new("bigint"))
}

fn cases(tx: &Tx, scope: &Scope) -> SelectStatement {
    Query::select()
        .column(matter_case::Column::Id)
        .from(matter_case::Entity)
        .and_where(matter_case::Column::TenantId.eq(tx.tenant_id()))
        .and_where(matter_case::Column::MatterId.is_in(scope.matters.clone()))
        .and_where(matter_case::Column::Kind.eq(CaseKind::Ordinary))
        .and_where(matter_case::Column::SubmittedOn.between(scope.period.0, scope.period.1))
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

/// The agencies of a tally, the one that holds cases up most first: by items overdue, mean days, items returned.
fn ranked(tally: &[ItemTally]) -> Vec<Agency> {
    let mut agencies: BTreeMap<Uuid, Agency> = BTreeMap::new();
    for (unit, state, days, items, overdue, returned) in tally {
        let agency = agencies.entry(*unit).or_insert_with(|| Agency { unit: *unit, ..Agency::default() });
        agency.items += items;
        agency.overdue += overdue;
        agency.returned += returned;
        if *state == CaseItemState::Done {
            let days = days.and_then(|days| u32::try_from(days).ok());
            agency
                .days
                .extend(days.into_iter().flat_map(|d| std::iter::repeat_n(d, usize::try_from(*items).unwrap_or(0))));
        } else {
            agency.open += items;
        }
    }
    let mut agencies: Vec<Agency> = agencies.into_values().collect();
    agencies.sort_by_key(|a| Reverse((a.overdue, mean(&a.days).unwrap_or(Decimal::ZERO), a.returned, Reverse(a.unit))));
    agencies
}

/// The agencies as they are published.
pub(super) fn published(agencies: Vec<Agency>) -> Vec<AgencyFigures> {
    let figures = |agency: Agency| AgencyFigures {
        handling_unit: Some(Ref::new(agency.unit)),
        items: whole(agency.items),
        open: whole(agency.open),
        overdue: whole(agency.overdue),
        returned: whole(agency.returned),
        mean_worked_days: mean(&agency.days).map(Published),
        p95_worked_days: p95(&agency.days).map(whole),
    };
    agencies.into_iter().map(figures).collect()
}

/// Those that sent items back, most first.
pub(super) fn returned(agencies: &[Agency]) -> Vec<ReturnedCount> {
    let mut some: Vec<&Agency> = agencies.iter().filter(|agency| agency.returned > 0).collect();
    some.sort_by_key(|agency| (Reverse(agency.returned), agency.unit));
    let count = |a: &&Agency| ReturnedCount { handling_unit: Some(Ref::new(a.unit)), items: whole(a.returned) };
    some.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_04_the_agency_that_holds_cases_up_comes_first() {
        let unit = |n: u128| Uuid::from_u128(n);
        let tally = [
            (unit(1), CaseItemState::Done, Some(1), 9, 0, 3),
            (unit(2), CaseItemState::Done, Some(3), 8, 2, 0),
            (unit(2), CaseItemState::Pending, None, 1, 0, 0),
            (unit(3), CaseItemState::Done, Some(2), 9, 0, 0),
        ];
        let ranked = ranked(&tally);
        let order: Vec<Uuid> = ranked.iter().map(|agency| agency.unit).collect();
        assert_eq!(order, [unit(2), unit(3), unit(1)]);
        let second = &ranked[0];
        assert_eq!((second.items, second.open, second.overdue, second.days.len()), (9, 1, 2, 8));
        assert_eq!(returned(&ranked).len(), 1);
    }
}
