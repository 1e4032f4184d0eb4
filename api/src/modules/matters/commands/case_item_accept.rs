//! Takes an item for handling.

use async_graphql::InputObject;
use entities::case_item;
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::transition::hold;
use crate::{
    kernel::{command::Command, error::Fault, flow::ItemAction, id::Id, tx::Tx},
    modules::matters::catalogue::CaseItem,
};

/// An item to take (受理).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemAcceptInput {
    /// Which item.
    pub id: Id<CaseItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemAcceptInput {
    const NAME: &'static str = "caseItemAccept";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Accept);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let held = hold(tx, Self::RIGHT, self.id.uuid(), self.expected_version, |_| ItemAction::Accept).await?;
        let handler = tx.session().user_id();
        held.go(tx, None, |change| change.set(case_item::Column::HandlerId, Expr::value(handler))).await?;
        Ok(held.item.id)
    }
}
