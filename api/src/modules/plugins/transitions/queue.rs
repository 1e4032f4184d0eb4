//! What a plug-in is to be told: written in the transaction that moves the case, so that it is told exactly if the case
//! has moved.

use entities::{matter, plugin, plugin_matter, plugin_transition, values::PluginCallState};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::{
    kernel::{error::Fault, tx::Tx},
    modules::plugins::store,
};

/// How far effects lead from one to the next: a case that a plug-in begins tells a plug-in that begins a case.
const DEEPEST: u8 = 3;

/// Why a plug-in is not told.
pub const TOO_DEEP: &str = "TOO_DEEP";

/// Notes that a case has come to a state, if its plug-in wants to know; `from` is empty for one that begins.
pub async fn moved(tx: &Tx, matter_id: Uuid, case: Uuid, from: &str, to: &str) -> Result<(), Fault> {
    let session = tx.session();
    if session.tenant().plugins.packages.is_empty() {
        return Ok(());
    }
    let link = tx.parts::<plugin_matter::Entity>().filter(plugin_matter::Column::MatterId.eq(matter_id)).one().await?;
    let Some(link) = link else { return Ok(()) };
    let plugin = store::read(tx, link.package_id).await?;
    if !plugin.code.as_ref().is_some_and(|code| code.hooks.contains("on-transition")) {
        return Ok(());
    }
    let row = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).required().await?;
    let matter = tx.parts::<matter::Entity>().id(matter_id).required().await?;
    let depth = session.depth().saturating_add(1);
    let deep = depth > DEEPEST;
    let job = plugin_transition::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_id: Set(case),
        plugin_id: Set(row.id),
        package_id: Set(link.package_id),
        matter_key: Set(matter.key),
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
