//! Reminders of clocks (时限提醒), rule H-04: an agency hears once that half of its time is used, and once that it is
//! over; whoever follows the whole case hears the same of the case, whose lamp is that of its most pressing item. A clock
//! that stands reminds nobody.
//!
//! `case_item.remind_on` is the day from which a clock is worth looking at, so that the timer passes over all others by
//! an index: the day it starts or goes on, then the day its lamp changes, then never.

use std::sync::Arc;

use chrono::NaiveDate;
use entities::{
    CodeEnum, case_item, case_reminder, item_reminder, matter_case,
    values::{CaseAction, CaseItemState, CaseState, ClockLamp},
};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use uuid::Uuid;

use crate::{
    kernel::{calendar::WorkCalendar, error::ApiError, platform::Platform, session::Reason, tx::SystemTx},
    modules::matters::{commands::clock_of, rules::clock::Lamp, steps::Step},
};

/// Items looked at in one statement.
const PAGE: u64 = 500;

/// Where a clock stands today, and when it is to be looked at again.
struct Turn {
    threshold: Option<ClockLamp>,
    next: Option<NaiveDate>,
}

/// Reminds the agencies of a tenant, each item in a transaction of its own, and tells how many reminders were given to
/// them.
pub async fn remind_of(platform: &Arc<Platform>, tenant: Uuid) -> Result<u64, ApiError> {
    let system = platform.system(Reason::Timer);
    let (calendar, today) = (platform.calendar(), platform.clock().today());
    let mut given = 0;
    let mut after = Uuid::nil();
    loop {
        let tx = system.begin(Some(tenant)).await?;
        let page = tx
            .parts::<case_item::Entity>()
            .filter(case_item::Column::RemindOn.lte(today))
            .filter(case_item::Column::Id.gt(after))
            .order_by(case_item::Column::Id, Order::Asc)
            .limit(PAGE)
            .all()
            .await?;
        tx.rollback().await?;
        let Some(last) = page.last() else { return Ok(given) };
        after = last.id;
        for item in &page {
            let Some(turn) = turn(item, calendar, today) else { continue };
            match remind(system.begin(Some(tenant)).await?, item, &turn, (calendar, today)).await {
                Ok(true) => given += 1,
                Ok(false) => {}
                Err(error) => tracing::warn!(?error, item = %item.id, "a reminder failed"),
            }
        }
    }
}

/// The threshold that an item's clock has come to; none beyond the calendar's end, where it is looked at again.
fn turn(item: &case_item::Model, calendar: &WorkCalendar, today: NaiveDate) -> Option<Turn> {
    let clock = clock_of(item)?;
    let lamp = clock.lamp(calendar, today, item.finished_on).ok()?;
    Some(Turn { threshold: threshold(lamp), next: clock.turns_on(calendar, today).ok()? })
}

fn threshold(lamp: Lamp) -> Option<ClockLamp> {
    match lamp {
        Lamp::Green => None,
        Lamp::Amber => Some(ClockLamp::Amber),
        Lamp::Red => Some(ClockLamp::Red),
    }
}

/// Reminds once however many try: the unique key decides.
async fn remind(
    tx: SystemTx,
    item: &case_item::Model,
    turn: &Turn,
    at: (&WorkCalendar, NaiveDate),
) -> Result<bool, ApiError> {
    // The case's row first, as commands take it; whoever finished the item meanwhile needs no reminder.
    let case = tx.parts::<matter_case::Entity>().id(item.case_id).lock().required().await?;
    let now = tx.parts::<case_item::Entity>().id(item.id).required().await?;
    if now.version != item.version {
        tx.rollback().await?;
        return Ok(false);
    }
    let mut given = false;
    if let Some(threshold) = turn.threshold {
        let row = item_reminder::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            case_item_id: Set(item.id),
            threshold: Set(threshold),
            created_at: Set(tx.now()),
        };
        given = tx.insert_new(row, [item_reminder::Column::CaseItemId, item_reminder::Column::Threshold]).await?;
        if given {
            let note = Some(threshold.as_str());
            let item_id = Some(item.id);
            let step = Step { case_id: item.case_id, item_id, action: CaseAction::Remind, actor: None, note };
            step.record(&tx, "caseItem.reminder", item.state.as_str()).await?;
        }
        whole(&tx, &case, at).await?;
    }
    tx.change::<case_item::Entity>().id(item.id).set(case_item::Column::RemindOn, Expr::value(turn.next)).run().await?;
    tx.commit().await?;
    Ok(given)
}

/// Tells once of each threshold that the whole case has come to.
async fn whole(
    tx: &SystemTx,
    case: &matter_case::Model,
    (calendar, today): (&WorkCalendar, NaiveDate),
) -> Result<(), ApiError> {
    if case.state != CaseState::Running {
        return Ok(());
    }
    let items = tx.parts::<case_item::Entity>().filter(case_item::Column::CaseId.eq(case.id)).all().await?;
    let lamp = pressing(&items).and_then(clock_of).and_then(|clock| clock.lamp(calendar, today, None).ok());
    let Some(threshold) = lamp.and_then(threshold) else { return Ok(()) };
    let row = case_reminder::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_id: Set(case.id),
        threshold: Set(threshold),
        created_at: Set(tx.now()),
    };
    if tx.insert_new(row, [case_reminder::Column::CaseId, case_reminder::Column::Threshold]).await? {
        let note = Some(threshold.as_str());
        let step = Step { case_id: case.id, item_id: None, action: CaseAction::Remind, actor: None, note };
        step.record(tx, "case.reminder", case.state.as_str()).await?;
    }
    Ok(())
}

/// The most pressing of a case's open items, as `Case.lamp` has it: running before standing, the earliest day first.
fn pressing(items: &[case_item::Model]) -> Option<&case_item::Model> {
    let open = |item: &&case_item::Model| {
        item.started_on.is_some() && !matches!(item.state, CaseItemState::Done | CaseItemState::Cancelled)
    };
    items.iter().filter(open).min_by_key(|item| (item.paused_on.is_some(), item.due_on, item.id))
}
