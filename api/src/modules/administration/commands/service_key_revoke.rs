//! Withdraws a key of a service account.

use async_graphql::InputObject;
use entities::service_key;
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::administration::catalogue::ServiceKey,
};

/// Which key is withdrawn.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ServiceKeyRevokeInput {
    /// Which key.
    pub id: Id<ServiceKey>,
}

#[async_trait::async_trait]
impl Command for ServiceKeyRevokeInput {
    const NAME: &'static str = "serviceKeyRevoke";
    const RIGHT: (Resource, Action) = (Resource::ServiceAccount, Action::Revoke);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<service_key::Entity>(Action::Revoke)?.id(self.id.uuid()).required().await?;
        let withdrawn = tx
            .change::<service_key::Entity>()
            .id(row.id)
            .filter(service_key::Column::RevokedAt.is_null())
            .set(service_key::Column::RevokedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if withdrawn == 0 {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        // Keys are believed for a while without asking; a new version of the rights ends that at once.
        tx.rights_changed().await?;
        tx.touched("ServiceKey", row.id, json!({ "revoked": true }));
        tx.emit("serviceKey.revoked", "ServiceKey", row.id, 1, json!({})).await?;
        Ok(row.id)
    }
}
