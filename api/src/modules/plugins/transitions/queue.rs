//! What a plug-in is to be told: written in the transaction that moves the case, so that it is told exactly if the case
//! has moved.

use entities::{matter, plugin, plugin_transition, values::PluginCallState};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::{
    kernel::{error::Fault, tx::Tx},
    modules::plugins::{offering::came_with, submission::is_of_plugin},
};

/// How far effects lead from one to the next: a case that a plug-in begins tells a plug-in that begins a case.
const DEEPEST: u8 = 3;

/// Why a plug-in is not told.
pub const TOO_DEEP: &str = "TOO_DEEP";

/// Notes that a case has come to a state, if its matter is a plug-in's that wants to know; `from` is empty for one that
/// begins.
pub async fn moved(tx: &Tx, matter: &matter::Model, case: Uuid, from: &str, to: &str) -> Result<(), Fault> {
    if !is_of_plugin(&matter.key) {
        return Ok(());
    }
    let Some((package_id, plugin)) = came_with(tx, matter.id).await? else { return Ok(()) };
    if !plugin.code.as_ref().is_some_and(|code| code.hooks.contains("on-transition")) {
        return Ok(());
    }
    let row = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).required().await?;
    let session = tx.session();
    let depth = session.depth().saturating_add(1);
    let deep = depth > DEEPEST;
    let job = plugin_transition::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_id: Set(case),
        plugin_id: Set(row.id),
        package_id: Set(package_id),
        matter_key: Set(matter.key.clone()),
        from_state: Set(from.into()),
        to_state: Set(to.into()),
        actor_id: Set(session.user_id()),
        depth: Set(depth.into()),
        state: Set(if deep { PluginCallState::Dropped } else { PluginCallState::Pending }),
        attempts: Set(0),
        next_attempt_at: Set(tx.now()),
        last_error: Set(deep.then(|| TOO_DEEP.into())),
        effects: Set(0),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    };
    tx.insert(job).await?;
    Ok(())
}
