//! Items that wait for an agency's system: their clocks stand, since the agency is not to blame (暂停计时), H-04.

use chrono::NaiveDate;
use entities::{CodeEnum, audit, case_item, matter_case, values::CaseItemState};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        platform::Platform,
        tx::{SystemTx, plus_one},
    },
    modules::matters::{
        commands::clock_of,
        rules::clock::{ClockError, ItemClock},
        steps::tell,
    },
};

/// An item whose case's row is locked.
async fn held(tx: &SystemTx, item: Uuid) -> Result<case_item::Model, ApiError> {
    let seen = tx.parts::<case_item::Entity>().id(item).required().await?;
    tx.parts::<matter_case::Entity>().id(seen.case_id).lock().required().await?;
    tx.parts::<case_item::Entity>().id(item).required().await
}

/// Stops the clock of an item that nobody has taken; false where there is nothing to stop.
pub async fn park(tx: &SystemTx, platform: &Platform, item: Uuid) -> Result<bool, ApiError> {
    let item = held(tx, item).await?;
    let Some(clock) = clock_of(&item).filter(|clock| waits(&item) && clock.paused_on.is_none()) else {
        return Ok(false);
    };
    let clock = clock.pause(platform.clock().today()).map_err(failed)?;
    set(tx, &item, &clock, None).await?;
    tell(tx, item.case_id, Some(item.id), "caseItem.parked", item.state.as_str()).await?;
    Ok(true)
}

/// Lets the clock of an item go on that waited; nothing where somebody has taken it meanwhile.
pub async fn resume(tx: &SystemTx, platform: &Platform, item: Uuid) -> Result<(), ApiError> {
    let item = held(tx, item).await?;
    let Some(clock) = clock_of(&item).filter(|clock| waits(&item) && clock.paused_on.is_some()) else { return Ok(()) };
    let today = platform.clock().today();
    let clock = clock.resume(platform.calendar(), today).map_err(failed)?;
    set(tx, &item, &clock, Some(today)).await?;
    tell(tx, item.case_id, Some(item.id), "caseItem.resumed", item.state.as_str()).await?;
    Ok(())
}

/// Whether an item is still where the platform put it, and in nobody's hands.
fn waits(item: &case_item::Model) -> bool {
    item.state == CaseItemState::Pending
}

async fn set(
    tx: &SystemTx,
    item: &case_item::Model,
    clock: &ItemClock,
    remind_on: Option<NaiveDate>,
) -> Result<(), ApiError> {
    use case_item::Column;
    let changed = tx
        .change::<case_item::Entity>()
        .id(item.id)
        .filter(Column::Version.eq(item.version))
        .set(Column::PausedOn, Expr::value(clock.paused_on))
        .set(Column::DueOn, Expr::value(clock.due_on))
        .set(Column::PausedDays, Expr::value(i32::try_from(clock.paused_days).unwrap_or(i32::MAX)))
        .set(Column::RemindOn, Expr::value(remind_on))
        .set(Column::Version, plus_one(Column::Version))
        .set(Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    if changed == 1 { Ok(()) } else { Err(ApiError::of(Code::Conflict)) }
}

fn failed(error: ClockError) -> ApiError {
    tracing::error!(%error, "the clock of an item cannot be changed");
    ApiError::of(Code::InternalServerError)
}

/// A line of the audit record about what the platform did to an item for a system that answers or does not.
pub async fn record(tx: &SystemTx, item: Uuid, detail: Json) -> Result<(), ApiError> {
    tx.insert(audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(None),
        actor_name: Set("connector".into()),
        session_id: Set(None),
        action: Set("pluginConnectorCall".into()),
        object_type: Set("CaseItem".into()),
        object_id: Set(Some(item)),
        request_id: Set(String::new()),
        remote: Set(None),
        digest: Set(String::new()),
        detail: Set(detail),
        at: Set(tx.now()),
    })
    .await?;
    Ok(())
}
