//! The record of what was done to a case (办理过程), the case's version and the event that tells of it.

use entities::{case_step, matter_case, values::CaseAction};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::ApiError,
        id::{ObjectType, publish},
        tx::Inner,
    },
    modules::matters::catalogue::CaseItem,
};

/// Writes the steps with which a case begins that this transaction has made, with their number as its version, and tells
/// subscribers of each.
pub async fn begin(tx: &Inner, steps: &[(Step<'_>, &str)], state: &str) -> Result<(), ApiError> {
    tx.insert_many(steps.iter().map(|(step, _)| step.row(tx)).collect()).await?;
    for ((step, topic), version) in steps.iter().zip(1..) {
        event(tx, step.case_id, step.item_id, topic, state, version).await?;
    }
    Ok(())
}

/// One step of a case.
pub struct Step<'a> {
    /// The case.
    pub case_id: Uuid,
    /// The item, if it was done to one.
    pub item_id: Option<Uuid>,
    /// What.
    pub action: CaseAction,
    /// Who; none for the platform.
    pub actor: Option<Uuid>,
    /// In words.
    pub note: Option<&'a str>,
}

impl Step<'_> {
    /// Writes the step, moves the case's version on, and tells subscribers. The caller holds the case's row
    /// or has just made it, so that versions and events of a case have one order.
    pub async fn record(&self, tx: &Inner, topic: &str, state: &str) -> Result<i32, ApiError> {
        tx.insert(self.row(tx)).await?;
        tell(tx, self.case_id, self.item_id, topic, state).await
    }

    fn row(&self, tx: &Inner) -> case_step::ActiveModel {
        case_step::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            case_id: Set(self.case_id),
            case_item_id: Set(self.item_id),
            action: Set(self.action),
            actor_id: Set(self.actor),
            note: Set(self.note.map(str::to_string)),
            at: Set(tx.now()),
        }
    }
}

/// Moves a case's version on and tells subscribers, under the same lock.
pub async fn tell(tx: &Inner, case: Uuid, item: Option<Uuid>, topic: &str, state: &str) -> Result<i32, ApiError> {
    let row = tx.parts::<matter_case::Entity>().id(case).required().await?;
    let version = row.version + 1;
    tx.change::<matter_case::Entity>()
        .id(case)
        .filter(matter_case::Column::Version.eq(row.version))
        .set(matter_case::Column::Version, Expr::value(version))
        .set(matter_case::Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    event(tx, case, item, topic, state, version).await?;
    Ok(version)
}

async fn event(
    tx: &Inner,
    case: Uuid,
    item: Option<Uuid>,
    topic: &str,
    state: &str,
    version: i32,
) -> Result<(), ApiError> {
    let item = item.map(|id| publish(CaseItem::PREFIX, id));
    tx.emit(topic, "Case", case, version, json!({ "item": item, "state": state })).await
}
