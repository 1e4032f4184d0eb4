//! Sends an item back to the applicant.

use async_graphql::InputObject;
use entities::{case_item, matter_branch};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{transition::hold, words};
use crate::{
    kernel::{command::Command, error::Fault, flow::ItemAction, id::Id, tx::Tx},
    modules::matters::catalogue::CaseItem,
};

/// An item to send back (退回).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemReturnInput {
    /// Which item.
    pub id: Id<CaseItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// Why (退回原因), 1 to 1,000 characters.
    pub reason: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemReturnInput {
    const NAME: &'static str = "caseItemReturn";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Return);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let held = hold(tx, Self::RIGHT, self.id.uuid(), self.expected_version, |_| ItemAction::Return).await?;
        let reason = words(&self.reason, "input.reason")?;
        // The applicant may mend whatever this agency looks at.
        let branch = tx.parts::<matter_branch::Entity>().id(held.item.branch_id).required().await?;
        let wanted = json!({ "fields": branch.fields, "materials": branch.materials });
        held.go(tx, Some(&reason), |change| {
            change
                .set(case_item::Column::Reason, Expr::value(reason.as_str()))
                .set(case_item::Column::Wanted, Expr::value(wanted))
        })
        .await?;
        Ok(held.item.id)
    }
}
