//! Takes a matter out of the catalogue.

use async_graphql::InputObject;
use entities::{matter, values::MatterState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{matter_publish::tenant_wide, version_mismatch, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::matters::catalogue::Matter,
};

/// A matter to close (停办).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct MatterCloseInput {
    /// Which version, in force or announced.
    pub id: Id<Matter>,
    /// The version of the row that you read.
    pub expected_version: i32,
    /// Why (停办原因), 1 to 1,000 characters; kept in the audit record.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for MatterCloseInput {
    const NAME: &'static str = "matterClose";
    const RIGHT: (Resource, Action) = (Resource::Matter, Action::Publish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        tenant_wide(tx)?;
        let row = tx.gate_as::<matter::Entity>(Resource::Matter, Action::Read)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let reason = faults.take(words(&self.reason, "input.reason"));
        if !matches!(row.state, MatterState::Active | MatterState::Announced) {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        let closed = tx
            .change::<matter::Entity>()
            .id(row.id)
            .filter(matter::Column::Version.eq(self.expected_version))
            .set(matter::Column::State, Expr::value(MatterState::Closed))
            .set(matter::Column::Version, plus_one(matter::Column::Version))
            .run()
            .await?;
        if closed == 0 {
            return Err(version_mismatch().into());
        }
        tx.touched("Matter", row.id, json!({ "key": row.key, "state": MatterState::Closed, "reason": reason }));
        tx.emit("matter.closed", "Matter", row.id, self.expected_version + 1, json!({ "key": row.key })).await?;
        Ok(row.id)
    }
}
