//! Finishes an item.

use async_graphql::InputObject;
use entities::case_item;
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::{completion::follow, transition::hold, words};
use crate::{
    kernel::{command::Command, error::Fault, flow::ItemAction, id::Id, tx::Tx},
    modules::matters::catalogue::CaseItem,
};

/// An item that is done (办结).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemFinishInput {
    /// Which item.
    pub id: Id<CaseItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// What the agency decided (办理结果), 1 to 1,000 characters.
    pub result: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemFinishInput {
    const NAME: &'static str = "caseItemFinish";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Finish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        // The case's row is locked: of two agencies that finish the last two items, the second sees the first.
        let held = hold(tx, Self::RIGHT, self.id.uuid(), self.expected_version, |_| ItemAction::Finish).await?;
        let result = words(&self.result, "input.result")?;
        let handler = tx.session().user_id();
        held.go(tx, Some(&result), |change| {
            change
                .set(case_item::Column::HandlerId, Expr::value(handler))
                .set(case_item::Column::Result, Expr::value(result.as_str()))
        })
        .await?;
        follow(tx, &held.case).await?;
        Ok(held.item.id)
    }
}
