//! What epochs leave that were given up (放弃的代次): the packages that replicas were to prepare for stay in the database.

use std::collections::BTreeSet;

use entities::{
    plugin, plugin_epoch,
    values::{PluginEpochAction, PluginEpochState},
};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::set_of;
use crate::kernel::{error::ApiError, tx::Inner};

/// The packages that came with upgrades of a plug-in which were given up, and that no other epoch of it names: none of
/// them was ever at work. What the plug-in is at or can go back to is not among them, whichever way it came.
pub async fn packages(tx: &Inner, row: &plugin::Model) -> Result<BTreeSet<Uuid>, ApiError> {
    let epochs = tx.parts::<plugin_epoch::Entity>().filter(plugin_epoch::Column::PluginId.eq(row.id)).all().await?;
    let mut given_up: BTreeSet<Uuid> = BTreeSet::new();
    let mut kept: BTreeSet<Uuid> = row.previous_id.into_iter().chain([row.package_id]).collect();
    for epoch in &epochs {
        let named = set_of(epoch)?.packages.into_iter().map(|(id, _)| id);
        match epoch.state {
            PluginEpochState::Abandoned if epoch.action == PluginEpochAction::Upgrade => given_up.extend(named),
            PluginEpochState::Abandoned => {}
            PluginEpochState::Preparing | PluginEpochState::Active => kept.extend(named),
        }
    }
    Ok(given_up.difference(&kept).copied().collect())
}
