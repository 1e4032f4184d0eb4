//! The moment at which an epoch comes to work (激活): within the transaction that makes the change, so that both happen
//! or neither.

use entities::{
    plugin_epoch,
    values::{PluginEpochAction, PluginEpochState},
};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use uuid::Uuid;

use super::{Prepared, abandon, packages, slots};
use crate::kernel::{
    error::{ApiError, Code, Fault},
    tx::Inner,
};

/// Sets the epoch to work that was prepared for the change just made. Without a preparation the change is only tried.
pub async fn activate(tx: &Inner, prepared: Option<&Prepared>) -> Result<(), Fault> {
    let Some(prepared) = prepared else { return Ok(()) };
    let digest = tx.plugin_set().await?.digest;
    match prepared {
        Prepared::Unchanged(prepared) if *prepared == digest => Ok(()),
        Prepared::Epoch(epoch, prepared) if *prepared == digest => {
            let number = next(tx).await?;
            let changed = tx
                .change::<plugin_epoch::Entity>()
                .id(*epoch)
                .filter(plugin_epoch::Column::State.eq(PluginEpochState::Preparing))
                .set(plugin_epoch::Column::State, Expr::value(PluginEpochState::Active))
                .set(plugin_epoch::Column::Number, Expr::value(number))
                .set(plugin_epoch::Column::ActivatedAt, Expr::value(tx.now()))
                .run()
                .await?;
            if changed == 0 {
                return Err(Code::Conflict.into());
            }
            // They were tried on the set before.
            Ok(abandon(tx, plugin_epoch::Column::Id.ne(*epoch)).await?)
        }
        // Somebody else's change came between: it is tried again on what there is now.
        _ => Err(Code::Conflict.into()),
    }
}

/// Records a change that nobody could prepare for: a plug-in is taken out of service at once.
pub async fn record(tx: &Inner, plugin_id: Uuid, action: PluginEpochAction, replica_id: Uuid) -> Result<(), ApiError> {
    let (set, number, now) = (tx.plugin_set().await?, next(tx).await?, tx.now());
    abandon(tx, plugin_epoch::Column::State.eq(PluginEpochState::Preparing)).await?;
    tx.insert(plugin_epoch::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        number: Set(Some(number)),
        state: Set(PluginEpochState::Active),
        plugin_id: Set(plugin_id),
        action: Set(action),
        packages: Set(packages(&set)),
        slots: Set(slots(&set)),
        replica_id: Set(replica_id),
        created_at: Set(now),
        activated_at: Set(Some(now)),
    })
    .await?;
    Ok(())
}

/// The number after the last. Changes of a tenant's set follow each other: each moves the version of its rights first.
async fn next(tx: &Inner) -> Result<i32, ApiError> {
    let rows = tx.parts::<plugin_epoch::Entity>().filter(plugin_epoch::Column::Number.is_not_null());
    let last = rows.order_by(plugin_epoch::Column::Number, Order::Desc).limit(1).one().await?;
    Ok(last.and_then(|row| row.number).unwrap_or(0) + 1)
}
