//! Opens a dispute about a value that an agency gave.

use async_graphql::InputObject;
use entities::{field_dispute, shared_field, source_system, values::DisputeState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::refused;
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Fault, Faults},
        id::Id,
        tx::Tx,
    },
    modules::{
        matters::rules::dispute::{Dispute, Fetched, State, open},
        personnel::commands::checks,
        sharing::catalogue::SharedField,
    },
};

/// A dispute (数据异议).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct SharedFieldDisputeInput {
    /// Which value.
    pub shared_field: Id<SharedField>,
    /// What would be right (异议值), not the value that is there.
    pub claimed: JsonText,
    /// Why (异议理由), 1 to 1,000 characters.
    pub reason: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// A value as the rule sees it.
pub(super) fn fetched(field: &shared_field::Model, source: &source_system::Model) -> Fetched {
    Fetched {
        owner: source.unit_id.to_string(),
        source: source.title.clone(),
        fetched_at: field.fetched_at,
        value: field.value.clone(),
    }
}

#[async_trait::async_trait]
impl Command for SharedFieldDisputeInput {
    const NAME: &'static str = "sharedFieldDispute";
    const RIGHT: (Resource, Action) = (Resource::SharedData, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        // The value's row is locked: of two disputes at once the second sees the first.
        let field =
            tx.gate::<shared_field::Entity>(Self::RIGHT.1)?.id(self.shared_field.uuid()).lock().required().await?;
        let source = tx.parts::<source_system::Entity>().id(field.source_id).required().await?;
        let fetched = fetched(&field, &source);
        let current = tx
            .parts::<field_dispute::Entity>()
            .filter(field_dispute::Column::SharedFieldId.eq(field.id))
            .filter(field_dispute::Column::State.eq(DisputeState::Open))
            .one()
            .await?
            .map(|row| Dispute {
                claimed: row.claimed,
                reason: row.reason,
                task_of: fetched.owner.clone(),
                state: State::Open,
            });
        let mut faults = Faults::default();
        let reason = faults.take(checks::text(&self.reason, "input.reason", 1000));
        faults.check()?;
        let reason = reason.unwrap_or_default();
        let opened = open(&fetched, current.as_ref(), self.claimed.0.clone(), &reason);
        let opened = opened.map_err(|refusal| refused(refusal, "input.claimed"))?;
        let id = tx.new_id();
        tx.insert(field_dispute::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            shared_field_id: Set(field.id),
            claimed: Set(opened.claimed),
            reason: Set(opened.reason),
            state: Set(DisputeState::Open),
            answer: Set(None),
            opened_by: Set(tx.session().user_id()),
            opened_at: Set(tx.session().now()),
            answered_by: Set(None),
            answered_at: Set(None),
        })
        .await?;
        tx.touched("FieldDispute", id, json!({ "opened": field.field }));
        tx.emit("fieldDispute.opened", "FieldDispute", id, 1, json!({})).await?;
        Ok(id)
    }
}
