//! Before a change of plug-ins is made: what it leads to is written down as an epoch, and all replicas are waited for,
//! for so long as the operator allows (准备). No transaction is open meanwhile.

use std::{future::Future, sync::Arc, time::Duration};

use declarative::{Package, Plugin};
use entities::{
    plugin_ack, plugin_epoch, plugin_preparation,
    values::{PluginEpochAction, PluginEpochState},
};
use sea_orm::{ColumnTrait, Set};
use tokio::{sync::broadcast, time::Instant};
use uuid::Uuid;

use super::{Prepared, abandon, packages, slots};
use crate::{
    kernel::{
        bus::Hint,
        command::Command,
        error::{ApiError, Code, Fault, UserError},
        extension::PluginSet,
        platform::Platform,
        replicas,
        session::{Reason, Session},
        tx::{Advice, Inner},
    },
    modules::plugins::change,
};

/// How often acknowledgements are looked for when no hint comes.
const LOOK: Duration = Duration::from_millis(250);

/// What trying a change has shown.
pub enum Trial {
    /// It is refused; whoever makes it is told why.
    Refused,
    /// The set stays the one of this digest.
    Unchanged(String),
    /// It is a change of this plug-in that leads to this set.
    Changed(Uuid, PluginSet),
}

/// A change as replicas prepare for it.
pub struct Plan {
    /// The tenant.
    pub tenant: Uuid,
    /// What is done.
    pub action: PluginEpochAction,
    /// The files that come with it, which replicas must be able to read.
    pub package: Option<(Package, Arc<Plugin>)>,
}

/// Makes a change in a transaction that whoever calls undoes.
pub async fn tried(tx: &Inner, work: impl Future<Output = Result<Uuid, Fault>>) -> Result<Trial, Fault> {
    let before = tx.plugin_set().await?;
    let plugin = match work.await {
        Ok(plugin) => plugin,
        Err(Fault::Failed(error)) if error.code == Code::Conflict => return Err(error.into()),
        Err(_) => return Ok(Trial::Refused),
    };
    let after = tx.plugin_set().await?;
    Ok(if after.digest == before.digest { Trial::Unchanged(after.digest) } else { Trial::Changed(plugin, after) })
}

/// Tries a command and has all replicas prepare for what it leads to.
pub async fn rehearsed<C: Command<Output = Uuid>>(
    session: &Session,
    command: &C,
    action: PluginEpochAction,
    package: Option<(Package, Arc<Plugin>)>,
) -> Result<Advice, Fault> {
    let tx = session.begin().await?;
    let trial = tried(&tx, command.run(&tx)).await;
    tx.rollback().await?;
    let plan = Plan { tenant: session.tenant().id, action, package };
    Ok(Advice::of(prepare(session.platform(), plan, trial?).await?))
}

/// Has all replicas prepare for what a trial has shown.
pub async fn prepare(platform: &Arc<Platform>, plan: Plan, trial: Trial) -> Result<Prepared, Fault> {
    let (plugin, set) = match trial {
        Trial::Refused => return Ok(Prepared::Refused),
        Trial::Unchanged(digest) => return Ok(Prepared::Unchanged(digest)),
        Trial::Changed(plugin, set) => (plugin, set),
    };
    let (started, mut hints) = (Instant::now(), platform.bus().listen());
    let (tenant, action, digest) = (plan.tenant, plan.action, set.digest.clone());
    let epoch = write(platform, plan, plugin, set).await?;
    platform.bus().tell(Hint::Epoch(tenant, epoch));
    let ready = wait(platform, &mut hints, tenant, epoch).await;
    metrics::histogram!("zugong_epoch_wait_seconds").record(started.elapsed().as_secs_f64());
    match ready? {
        // What is taken away is taken away, whoever cannot do without it.
        Some(error) if !matches!(action, PluginEpochAction::Disable | PluginEpochAction::Remove) => {
            let tx = platform.system(Reason::Replica).begin(Some(tenant)).await?;
            abandon(&tx, plugin_epoch::Column::Id.eq(epoch)).await?;
            tx.commit().await?;
            let zh = format!("有服务器未能准备好此变更，未作任何改动：{error}");
            let en = format!("A server cannot prepare for this change, and nothing was changed: {error}");
            Err(UserError::new(Code::PluginNotPrepared, "input", zh, en).into())
        }
        _ => Ok(Prepared::Epoch(epoch, digest)),
    }
}

/// The epoch, with the files that replicas need, in a transaction of its own.
async fn write(platform: &Arc<Platform>, plan: Plan, plugin_id: Uuid, mut set: PluginSet) -> Result<Uuid, Fault> {
    let tx = platform.system(Reason::Replica).begin(Some(plan.tenant)).await?;
    if let Some((package, plugin)) = plan.package {
        // When it was tried it was another row, which is gone.
        let kept = change::keep(&tx, plugin_id, &package, &plugin).await?;
        set.packages.iter_mut().filter(|(_, digest)| *digest == plugin.digest).for_each(|(id, _)| *id = kept);
    }
    let (epoch, now) = (tx.new_id(), tx.now());
    tx.insert(plugin_epoch::ActiveModel {
        tenant_id: Set(plan.tenant),
        id: Set(epoch),
        number: Set(None),
        state: Set(PluginEpochState::Preparing),
        plugin_id: Set(plugin_id),
        action: Set(plan.action),
        packages: Set(packages(&set)),
        slots: Set(slots(&set)),
        replica_id: Set(platform.replica().id),
        created_at: Set(now),
        activated_at: Set(None),
    })
    .await?;
    let notice = plugin_preparation::ActiveModel { id: Set(epoch), tenant_id: Set(plan.tenant), created_at: Set(now) };
    tx.insert_global(notice).await?;
    tx.commit().await?;
    Ok(epoch)
}

/// Waits until all are ready or time is up; the first error that one of them has.
async fn wait(
    platform: &Arc<Platform>,
    hints: &mut broadcast::Receiver<Hint>,
    tenant: Uuid,
    epoch: Uuid,
) -> Result<Option<String>, ApiError> {
    let until = Instant::now() + platform.replica().patience();
    loop {
        let mut missing = replicas::awaited(platform).await?;
        if missing.is_empty() {
            return Ok(None);
        }
        let tx = platform.system(Reason::Replica).read(tenant).await?;
        let acks = tx.parts::<plugin_ack::Entity>().filter(plugin_ack::Column::EpochId.eq(epoch)).all().await;
        tx.rollback().await?;
        for ack in acks? {
            if !ack.ok {
                return Ok(Some(ack.error.unwrap_or_default()));
            }
            missing.retain(|replica| *replica != ack.replica_id);
        }
        if missing.is_empty() {
            return Ok(None);
        }
        if Instant::now() >= until {
            tracing::warn!(?missing, %tenant, "a change of plug-ins does not wait for these replicas any longer");
            replicas::note_late(platform, &missing).await?;
            return Ok(None);
        }
        heard(hints, epoch, until.min(Instant::now() + LOOK)).await;
    }
}

/// Ends with a hint about the epoch, or then.
async fn heard(hints: &mut broadcast::Receiver<Hint>, epoch: Uuid, then: Instant) {
    let hint = async {
        loop {
            match hints.recv().await {
                Ok(Hint::Epoch(_, about)) if about == epoch => return,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    };
    // Either way it is time to look.
    let _ = tokio::time::timeout_at(then, hint).await;
}
