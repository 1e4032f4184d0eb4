//! Reminders of clocks (时限提醒), rule H-04: an agency hears once that half of its time is used, and once that it is
//! over. A clock that stands reminds nobody.

use std::sync::Arc;

use entities::{
    CodeEnum, case_item, item_reminder,
    values::{CaseAction, CaseItemState, ClockLamp},
};
use sea_orm::{ColumnTrait, Order, Set};
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, platform::Platform, session::Reason, tx::SystemTx},
    modules::matters::{commands::clock_of, rules::clock::Lamp, steps::Step},
};

/// Items looked at in one statement.
const PAGE: u64 = 500;

/// Reminds the agencies of a tenant, each item in a transaction of its own, and tells how many reminders were given.
pub async fn remind_of(platform: &Arc<Platform>, tenant: Uuid) -> Result<u64, ApiError> {
    let system = platform.system(Reason::Timer);
    let mut given = 0;
    let mut after = Uuid::nil();
    loop {
        let tx = system.begin(Some(tenant)).await?;
        let page = tx
            .parts::<case_item::Entity>()
            .filter(case_item::Column::State.is_in([CaseItemState::Pending, CaseItemState::Accepted]))
            .filter(case_item::Column::Id.gt(after))
            .order_by(case_item::Column::Id, Order::Asc)
            .limit(PAGE)
            .all()
            .await?;
        tx.rollback().await?;
        let Some(last) = page.last() else { return Ok(given) };
        after = last.id;
        for item in &page {
            let Some(threshold) = threshold(platform, item) else { continue };
            match remind(system.begin(Some(tenant)).await?, item, threshold).await {
                Ok(true) => given += 1,
                Ok(false) => {}
                Err(error) => tracing::warn!(?error, item = %item.id, "a reminder failed"),
            }
        }
    }
}

/// The threshold that an item's clock has come to; a clock beyond the calendar's end has none.
fn threshold(platform: &Platform, item: &case_item::Model) -> Option<ClockLamp> {
    let clock = clock_of(item)?;
    match clock.lamp(platform.calendar(), platform.clock().today(), item.finished_on).ok()? {
        Lamp::Green => None,
        Lamp::Amber => Some(ClockLamp::Amber),
        Lamp::Red => Some(ClockLamp::Red),
    }
}

/// Reminds once however many try: the unique key decides.
async fn remind(tx: SystemTx, item: &case_item::Model, threshold: ClockLamp) -> Result<bool, ApiError> {
    let known = tx
        .parts::<item_reminder::Entity>()
        .filter(item_reminder::Column::CaseItemId.eq(item.id))
        .filter(item_reminder::Column::Threshold.eq(threshold))
        .count()
        .await?;
    if known > 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    // The case's row first, as commands take it; whoever finished the item meanwhile needs no reminder.
    tx.parts::<entities::matter_case::Entity>().id(item.case_id).lock().required().await?;
    let now = tx.parts::<case_item::Entity>().id(item.id).required().await?;
    let row = item_reminder::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_item_id: Set(item.id),
        threshold: Set(threshold),
        created_at: Set(tx.now()),
    };
    let columns = [item_reminder::Column::CaseItemId, item_reminder::Column::Threshold];
    if now.version != item.version || !tx.insert_new(row, columns).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let note = Some(threshold.as_str());
    let step = Step { case_id: item.case_id, item_id: Some(item.id), action: CaseAction::Remind, actor: None, note };
    step.record(&tx, "caseItem.reminder", item.state.as_str()).await?;
    tx.commit().await?;
    Ok(true)
}
