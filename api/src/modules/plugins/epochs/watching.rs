//! What a replica does about epochs (副本准备): it compiles the components and builds the schema of the set to be, and
//! says that it is ready, or why not. It hears of them by hints, and asks every few seconds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use entities::{plugin_ack, plugin_epoch, values::PluginEpochState};
use sea_orm::Set;
use tokio::time::Instant;
use uuid::Uuid;

use super::set_of;
use crate::{
    kernel::{bus::Hint, error::ApiError, extension::PluginSet, platform::Platform, replicas, session::Reason, task},
    modules::plugins::{code, store},
};

/// How often epochs are asked for when no hint comes.
const POLL: Duration = Duration::from_secs(2);
/// What has been prepared for is remembered longer than it can be found.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Characters of a reason that are kept.
const REASON: usize = 500;

/// Builds the schema that a set of plug-ins is served with, and keeps it.
#[async_trait::async_trait]
pub trait Builder: Send + Sync + 'static {
    /// Builds it for a tenant, unless it is there.
    async fn build(&self, tenant: Uuid, set: &PluginSet) -> Result<(), ApiError>;
}

/// Prepares from now on for every epoch of every tenant.
pub fn start(platform: &Arc<Platform>, builder: impl Builder) -> tokio::task::JoinHandle<()> {
    let (platform, builder) = (platform.clone(), Arc::new(builder));
    task::spawn("epochs", async move {
        let mut hints = platform.bus().listen();
        let mut tick = tokio::time::interval(POLL);
        let mut known: HashMap<Uuid, Instant> = HashMap::new();
        loop {
            let found = tokio::select! {
                hint = hints.recv() => match hint {
                    Ok(Hint::Epoch(tenant, epoch)) => vec![(tenant, epoch)],
                    Ok(_) => continue,
                    // Hints were dropped: ask.
                    Err(_) => polled(&platform).await,
                },
                _ = tick.tick() => {
                    known.retain(|_, since| since.elapsed() < REMEMBERED);
                    polled(&platform).await
                }
            };
            for (tenant, epoch) in found {
                if known.insert(epoch, Instant::now()).is_none() {
                    let (platform, builder) = (platform.clone(), builder.clone());
                    task::spawn("epoch", async move { answer(&platform, &*builder, tenant, epoch).await });
                }
            }
        }
    })
}

async fn polled(platform: &Arc<Platform>) -> Vec<(Uuid, Uuid)> {
    replicas::preparations(platform).await.unwrap_or_else(|error| {
        tracing::warn!(?error, "epochs cannot be asked for");
        vec![]
    })
}

/// Prepares for an epoch and says how that went; whoever waits does not hear of it if that cannot be written.
async fn answer(platform: &Arc<Platform>, builder: &impl Builder, tenant: Uuid, epoch: Uuid) {
    match acknowledged(platform, builder, tenant, epoch).await {
        Ok(true) => platform.bus().tell(Hint::Epoch(tenant, epoch)),
        Ok(false) => {}
        Err(error) => tracing::warn!(?error, %tenant, %epoch, "an epoch was not acknowledged"),
    }
}

async fn acknowledged(
    platform: &Arc<Platform>,
    builder: &impl Builder,
    tenant: Uuid,
    epoch: Uuid,
) -> Result<bool, ApiError> {
    let started = Instant::now();
    let system = platform.system(Reason::Replica);
    let tx = system.begin(Some(tenant)).await?;
    let row = tx.parts::<plugin_epoch::Entity>().id(epoch).one().await;
    tx.rollback().await?;
    let Some(row) = row?.filter(|row| row.state == PluginEpochState::Preparing) else { return Ok(false) };
    let ready = ready(platform, builder, tenant, &row).await;
    let (took, outcome) = (started.elapsed(), if ready.is_ok() { "ready" } else { "failed" });
    metrics::histogram!("zugong_epoch_prepare_seconds", "outcome" => outcome).record(took.as_secs_f64());
    if let Err(reason) = &ready {
        tracing::error!(reason, %tenant, %epoch, "this process cannot prepare for an epoch");
    }
    let tx = system.begin(Some(tenant)).await?;
    let ack = plugin_ack::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        epoch_id: Set(epoch),
        replica_id: Set(platform.replica().id),
        ok: Set(ready.is_ok()),
        error: Set(ready.err().map(|reason| reason.chars().take(REASON).collect())),
        millis: Set(i32::try_from(took.as_millis()).unwrap_or(i32::MAX)),
        at: Set(tx.now()),
    };
    tx.insert_new(ack, [plugin_ack::Column::EpochId, plugin_ack::Column::ReplicaId]).await?;
    tx.commit().await?;
    Ok(true)
}

async fn ready(
    platform: &Arc<Platform>,
    builder: &impl Builder,
    tenant: Uuid,
    row: &plugin_epoch::Model,
) -> Result<(), String> {
    let told = |error: ApiError| error.code.as_str().to_string();
    let set = set_of(row).map_err(told)?;
    if set.packages.is_empty() {
        return Ok(());
    }
    let loaded = store::load(platform, tenant, &set).await.map_err(told)?;
    if loaded.plugins.len() + loaded.refused.len() != set.packages.len() {
        return Err("a package is missing".into());
    }
    if !loaded.refused.is_empty() {
        // One that is at work already is left out here as before; another is not to come to work by this change.
        let now = platform.plugins_of(tenant).await.map_err(told)?;
        let at_work = |id: &Uuid| now.packages.iter().any(|(known, _)| known == id);
        if !loaded.refused.iter().all(at_work) {
            return Err("a package is refused by the checks of this server".into());
        }
    }
    for plugin in &loaded.plugins {
        let up = code::ready(platform, tenant, plugin).await;
        up.map_err(|reason| format!("{}: {reason}", plugin.key))?;
    }
    builder.build(tenant, &set).await.map_err(told)
}
