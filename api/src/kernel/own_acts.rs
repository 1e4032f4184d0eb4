//! The audit record of what the platform does by itself, without anybody who asked.

use entities::audit;
use sea_orm::Set;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::kernel::{error::ApiError, tx::SystemTx};

impl SystemTx {
    /// Records that the platform itself has changed an object, in the transaction that changes it.
    pub async fn own_act(
        &self,
        action: &str,
        object_type: &str,
        object_id: Uuid,
        detail: Json,
    ) -> Result<(), ApiError> {
        let line = audit::ActiveModel {
            tenant_id: Set(self.tenant_id()),
            id: Set(self.new_id()),
            actor_id: Set(None),
            actor_name: Set("system".into()),
            session_id: Set(None),
            action: Set(action.into()),
            object_type: Set(object_type.into()),
            object_id: Set(Some(object_id)),
            request_id: Set(String::new()),
            remote: Set(None),
            digest: Set(String::new()),
            detail: Set(detail),
            at: Set(self.now()),
        };
        self.insert(line).await.map(drop)
    }
}
