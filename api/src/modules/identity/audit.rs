//! The audit record of log-ins (登录审计), written in the transaction of what it records.

use entities::{app_user, audit};
use sea_orm::Set;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, session::RequestInfo, tx::SystemTx},
    modules::identity::opaque,
};

/// Writes what happened to a user of the transaction's tenant.
pub(super) async fn record(
    tx: &SystemTx,
    request: &RequestInfo,
    action: &str,
    user: &app_user::Model,
    session: Option<Uuid>,
    detail: Value,
) -> Result<(), ApiError> {
    tx.insert(audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(Some(user.id)),
        actor_name: Set(user.name.clone()),
        session_id: Set(session),
        action: Set(action.into()),
        object_type: Set("User".into()),
        object_id: Set(Some(user.id)),
        request_id: Set(request.id.clone()),
        remote: Set(request.remote.clone()),
        digest: Set(opaque::digest(&json!([action, user.id, session, detail]).to_string())),
        detail: Set(detail),
        at: Set(tx.now()),
    })
    .await?;
    Ok(())
}
