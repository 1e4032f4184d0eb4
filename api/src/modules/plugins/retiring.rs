//! A plug-in that fails again and again, rest after rest, is disabled for its tenant (自动停用): what its component has
//! done in one process counts for all, and the audit record says so. An administrator may set it to work again.

use std::sync::Arc;

use entities::{
    plugin,
    values::{PluginEpochAction, PluginState},
};
use sea_orm::ColumnTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault},
        platform::Platform,
        session::Reason,
    },
    modules::plugins::{change, epochs::activating::record},
};

/// Disables a plug-in of a tenant, if it is at work; tells whether it was.
pub async fn retire(platform: &Arc<Platform>, tenant: Uuid, key: &str) -> Result<bool, ApiError> {
    let tx = platform.system(Reason::Breaker).begin(Some(tenant)).await?;
    let row = tx
        .parts::<plugin::Entity>()
        .filter(plugin::Column::Key.eq(key))
        .filter(plugin::Column::State.eq(PluginState::Enabled))
        .lock()
        .one()
        .await?;
    let Some(row) = row else {
        tx.rollback().await?;
        return Ok(false);
    };
    if let Err(fault) = change::disable(&tx, &row).await {
        tx.rollback().await?;
        return Err(match fault {
            Fault::Failed(error) => error,
            Fault::Refused(_) => ApiError::of(Code::Conflict),
        });
    }
    // There is no time to prepare: it goes now.
    record(&tx, row.id, PluginEpochAction::Disable, platform.replica().id).await?;
    let detail = json!({ "disabled": true, "because": "breaker" });
    tx.own_act("system", "pluginDisable", ("Plugin", Some(row.id)), detail).await?;
    tx.emit("plugin.disabled", "Plugin", row.id, row.version + 1, json!({ "because": "breaker" })).await?;
    tx.commit().await?;
    Ok(true)
}
