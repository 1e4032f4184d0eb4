//! The audit record of what is done to a tenant's objects by nobody of the tenant: by the platform itself, or its operator.

use entities::audit;
use sea_orm::Set;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::kernel::{error::ApiError, tx::SystemTx};

impl SystemTx {
    /// Records what nobody of the tenant has done to an object, in the transaction that does it; `by` is `system` for the
    /// platform itself.
    pub async fn own_act(
        &self,
        by: &str,
        action: &str,
        (object_type, object_id): (&str, Option<Uuid>),
        detail: Json,
    ) -> Result<(), ApiError> {
        let line = audit::ActiveModel {
            tenant_id: Set(self.tenant_id()),
            id: Set(self.new_id()),
            actor_id: Set(None),
            actor_name: Set(by.into()),
            session_id: Set(None),
            action: Set(action.into()),
            object_type: Set(object_type.into()),
            object_id: Set(object_id),
            request_id: Set(String::new()),
            remote: Set(None),
            digest: Set(String::new()),
            detail: Set(detail),
            at: Set(self.now()),
        };
        self.insert(line).await.map(drop)
    }
}
