//! What is done to a tenant's plug-ins by nobody of the tenant, in its audit record: by the operator or the platform itself.

use entities::audit;
use sea_orm::Set;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::kernel::{error::ApiError, tx::SystemTx};

/// Writes a line; `plugin` is the row, if there is one.
pub async fn line(
    tx: &SystemTx,
    actor: &str,
    action: &str,
    plugin: Option<Uuid>,
    detail: Json,
) -> Result<(), ApiError> {
    let row = audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(None),
        actor_name: Set(actor.into()),
        session_id: Set(None),
        action: Set(action.into()),
        object_type: Set("Plugin".into()),
        object_id: Set(plugin),
        request_id: Set(String::new()),
        remote: Set(None),
        digest: Set(String::new()),
        detail: Set(detail),
        at: Set(tx.now()),
    };
    tx.insert(row).await.map(drop)
}
