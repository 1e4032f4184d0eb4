//! What is to be asked when an item starts: written in the transaction that starts it, so that it is asked exactly if
//! the item has started.

use declarative::Call;
use entities::{
    connector_job, matter, plugin,
    values::{CaseKind, PluginCallState},
};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Fault},
        tx::Inner,
    },
    modules::plugins::offering::came_with,
};

/// What a branch of a version of a matter asks, with the package that it came with.
pub async fn called(
    tx: &Inner,
    matter: &matter::Model,
    branch: &str,
) -> Result<Option<(Uuid, std::sync::Arc<declarative::Plugin>, Call)>, ApiError> {
    let Some((_, key)) = matter.key.split_once('.') else { return Ok(None) };
    let Some((package_id, plugin)) = came_with(tx, matter.id).await? else { return Ok(None) };
    let call = plugin.matters.iter().find(|m| m.key == key).and_then(|m| m.calls.get(branch)).cloned();
    Ok(call.map(|call| (package_id, plugin, call)))
}

/// Notes what the agency's system is to be asked about an item that starts, if the plug-in has something to ask.
pub async fn item_started(
    tx: &Inner,
    matter: &matter::Model,
    kind: CaseKind,
    branch: &str,
    item: Uuid,
) -> Result<(), Fault> {
    // What a reversal undoes is not asked for a second time.
    if kind != CaseKind::Ordinary {
        return Ok(());
    }
    let Some((package_id, plugin, call)) = called(tx, matter, branch).await? else { return Ok(()) };
    let row = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).required().await?;
    let job = connector_job::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_item_id: Set(item),
        plugin_id: Set(row.id),
        package_id: Set(package_id),
        connector: Set(call.connector),
        operation: Set(call.operation),
        state: Set(PluginCallState::Pending),
        attempts: Set(0),
        next_attempt_at: Set(tx.now()),
        last_error: Set(None),
        note: Set(None),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    };
    tx.insert_new(job, [connector_job::Column::CaseItemId]).await?;
    Ok(())
}
