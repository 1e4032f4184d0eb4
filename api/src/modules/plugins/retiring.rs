//! A plug-in that fails again and again (熔断): its rests stand in the audit record, and after the third within an hour it
//! goes back to the version before, if it came by an upgrade a short while ago (自动回退), or is disabled (自动停用). What its
//! component has done in one process counts for all. An administrator may set it to work again.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use chrono::TimeDelta;
use entities::{
    plugin, plugin_epoch, plugin_package, tenant,
    values::{PluginEpochAction, PluginEpochState, PluginState},
};
use host::{
    Code as Ended, Failure, Spent,
    breaker::{Change, State},
};
use moka::sync::Cache;
use sea_orm::ColumnTrait;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault},
        platform::Platform,
        session::Reason,
        tx::SystemTx,
    },
    modules::plugins::{
        change::{self, Place},
        code,
        epochs::activating::record,
        store,
    },
};

/// For so long after an upgrade what fails goes back instead of being disabled.
const NEW: TimeDelta = TimeDelta::hours(24);

/// What could not be taken out of service is tried again after so long.
const AGAIN: Duration = Duration::from_secs(60);

/// The plug-in of a tenant in the revision that failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Failing {
    /// The tenant.
    pub tenant: Uuid,
    /// The plug-in's key.
    pub key: String,
    /// The version of its row: one that somebody has changed since is another matter.
    pub revision: i32,
}

/// What became of a plug-in that fails for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retired {
    /// It is disabled.
    Disabled,
    /// It works on in the version before.
    RolledBack,
    /// Somebody has changed it meanwhile.
    Already,
}

/// Puts on record what a call has changed for its plug-in, and takes one that fails for good out of service.
pub async fn follow(platform: &Arc<Platform>, failing: Failing, spent: &Spent, failure: Option<&Failure>) {
    static TRIED: LazyLock<Cache<Failing, ()>> =
        LazyLock::new(|| Cache::builder().max_capacity(10_000).time_to_live(AGAIN).build());
    let refused = matches!(failure, Some(Failure::Ended(Ended::Disabled)));
    let done = match spent.change {
        Change::Opened => noted(platform, &failing, "pluginRest").await,
        Change::Closed => noted(platform, &failing, "pluginRested").await,
        Change::None if !refused => return,
        // One that was to go may still be there: the database was not to be had when its third rest began.
        Change::None | Change::Disabled => {
            if !out_of_service(&failing) || TRIED.contains_key(&failing) {
                return;
            }
            TRIED.insert(failing.clone(), ());
            retire(platform, &failing).await.map(drop)
        }
    };
    if let Err(error) = done {
        // In this process it rests or is out of service all the same.
        tracing::error!(?error, plugin = failing.key, "what a plug-in's failures lead to could not be recorded");
    }
}

fn out_of_service(failing: &Failing) -> bool {
    let state = code::host().map(|host| host.rest(failing.tenant, &failing.key, failing.revision).0);
    matches!(state, Ok(State::Disabled))
}

async fn noted(platform: &Arc<Platform>, failing: &Failing, action: &str) -> Result<(), ApiError> {
    let (tx, row) = locked(platform, failing).await?;
    let Some(row) = row else { return tx.rollback().await };
    tx.own_act("system", action, ("Plugin", Some(row.id)), because()).await?;
    tx.commit().await
}

fn because() -> Json {
    json!({ "because": "breaker" })
}

/// The plug-in, if it is at work as it was when it failed.
async fn locked(platform: &Arc<Platform>, failing: &Failing) -> Result<(SystemTx, Option<plugin::Model>), ApiError> {
    let tx = platform.system(Reason::Breaker).begin(Some(failing.tenant)).await?;
    let row = tx
        .parts::<plugin::Entity>()
        .filter(plugin::Column::Key.eq(&failing.key))
        .filter(plugin::Column::State.eq(PluginState::Enabled))
        .filter(plugin::Column::Version.eq(failing.revision))
        .lock()
        .one()
        .await?;
    Ok((tx, row))
}

/// Takes a plug-in of a tenant out of service, if it is at work as it was when it failed.
pub async fn retire(platform: &Arc<Platform>, failing: &Failing) -> Result<Retired, ApiError> {
    let (tx, row) = locked(platform, failing).await?;
    let Some(row) = row else {
        tx.rollback().await?;
        return Ok(Retired::Already);
    };
    if is_new(&tx, &row).await? {
        match gone_back(platform, &tx, &row).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(Retired::RolledBack);
            }
            // Whatever keeps it from going back, it is not to go on.
            Err(fault) => {
                tx.rollback().await?;
                tracing::warn!(?fault, plugin = failing.key, "a plug-in that fails cannot go back");
            }
        }
    } else {
        tx.rollback().await?;
    }
    disabled(platform, failing).await
}

/// Whether it has come by an upgrade lately.
async fn is_new(tx: &SystemTx, row: &plugin::Model) -> Result<bool, ApiError> {
    if row.previous_id.is_none() {
        return Ok(false);
    }
    let since = tx.now() - NEW;
    let upgrades = tx
        .parts::<plugin_epoch::Entity>()
        .filter(plugin_epoch::Column::PluginId.eq(row.id))
        .filter(plugin_epoch::Column::Action.eq(PluginEpochAction::Upgrade))
        .filter(plugin_epoch::Column::State.eq(PluginEpochState::Active))
        .filter(plugin_epoch::Column::ActivatedAt.gte(since));
    // One that was upgraded while it was not at work has no epoch of that.
    let package = tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::Id.eq(row.package_id));
    let fresh = package.filter(plugin_package::Column::CreatedAt.gte(since));
    Ok(upgrades.count().await? > 0 || fresh.count().await? > 0)
}

async fn gone_back(platform: &Arc<Platform>, tx: &SystemTx, row: &plugin::Model) -> Result<(), Fault> {
    let tenant = tx.global::<tenant::Entity>().filter(tenant::Column::Id.eq(row.tenant_id)).one().await?;
    let level = tenant.ok_or_else(|| ApiError::of(Code::InternalServerError))?.level;
    let place = Place { backend: platform.backend(), today: platform.clock().today(), level };
    let from = store::read(tx, row.package_id).await?;
    change::rollback(tx, row, place).await?;
    let now = tx.parts::<plugin::Entity>().id(row.id).required().await?;
    let to = store::read(tx, now.package_id).await?;
    // There is no time to prepare: it changes now. What it changes to was at work a day ago.
    record(tx, row.id, PluginEpochAction::Rollback, platform.replica().id).await?;
    let detail = json!({ "rolledBack": to.version, "from": from.version, "because": "breaker" });
    tx.own_act("system", "pluginRollback", ("Plugin", Some(row.id)), detail).await?;
    Ok(tx.emit("plugin.rolledBack", "Plugin", row.id, now.version, because()).await?)
}

async fn disabled(platform: &Arc<Platform>, failing: &Failing) -> Result<Retired, ApiError> {
    let (tx, row) = locked(platform, failing).await?;
    let Some(row) = row else {
        tx.rollback().await?;
        return Ok(Retired::Already);
    };
    if let Err(fault) = change::disable(&tx, &row).await {
        tx.rollback().await?;
        return Err(match fault {
            Fault::Failed(error) => error,
            Fault::Refused(_) => ApiError::of(Code::Conflict),
        });
    }
    record(&tx, row.id, PluginEpochAction::Disable, platform.replica().id).await?;
    let detail = json!({ "disabled": true, "because": "breaker" });
    tx.own_act("system", "pluginDisable", ("Plugin", Some(row.id)), detail).await?;
    tx.emit("plugin.disabled", "Plugin", row.id, row.version + 1, because()).await?;
    tx.commit().await?;
    Ok(Retired::Disabled)
}
