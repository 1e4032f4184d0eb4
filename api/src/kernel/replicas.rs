//! Which processes serve this installation (副本): each says every few seconds that it is there, and counts as gone when
//! it has not for a while. Nothing depends on it but whom a change of plug-ins waits for.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use entities::{plugin_preparation, replica};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::kernel::{error::ApiError, platform::Platform, session::Reason, task};

/// How often a process says that it is there.
const BEAT: Duration = Duration::from_secs(2);
/// Who has missed three beats is gone.
const GONE: TimeDelta = TimeDelta::seconds(7);
/// How long all are waited for, unless the operator says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);
/// A preparation that nobody has found for so long is over, whatever became of it.
const PREPARED: TimeDelta = TimeDelta::minutes(2);

/// This process among the others.
pub struct Replica {
    /// Which it is.
    pub id: Uuid,
    patience: OnceLock<Duration>,
    left: AtomicBool,
}

impl Replica {
    #[allow(clippy::disallowed_methods, reason = "a process has its id before there is any transaction")]
    pub(in crate::kernel) fn new() -> Self {
        Self { id: Uuid::now_v7(), patience: OnceLock::new(), left: AtomicBool::new(false) }
    }

    /// Says, once, how long the others are waited for.
    pub fn set_patience(&self, patience: Duration) {
        // Whoever says it later has not the say.
        let _ = self.patience.set(patience);
    }

    /// How long the others are waited for.
    pub fn patience(&self) -> Duration {
        self.patience.get().copied().unwrap_or(PATIENCE)
    }
}

/// Says from now on that this process serves.
pub fn start(platform: &Arc<Platform>) -> tokio::task::JoinHandle<()> {
    let platform = platform.clone();
    task::spawn("replica", async move {
        let mut tick = tokio::time::interval(BEAT);
        while !platform.replica().left.load(Ordering::Acquire) {
            tick.tick().await;
            if let Err(error) = beat(&platform).await {
                tracing::warn!(?error, "the others may take this process for gone");
            }
        }
    })
}

async fn beat(platform: &Arc<Platform>) -> Result<(), ApiError> {
    let replica = platform.replica();
    if replica.left.load(Ordering::Acquire) {
        return Ok(());
    }
    let (id, now) = (replica.id, platform.clock().now());
    let tx = platform.system(Reason::Replica).begin(None).await?;
    let known = tx
        .change_global::<replica::Entity>()
        .filter(replica::Column::Id.eq(id))
        .set(replica::Column::SeenAt, Expr::value(now))
        .set(replica::Column::LateAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .run()
        .await?;
    if known == 0 {
        let row = replica::ActiveModel { id: Set(id), started_at: Set(now), seen_at: Set(now), late_at: Set(None) };
        tx.insert_global(row).await?;
    }
    tx.commit().await
}

/// Says that this process serves nobody new: it is not waited for any more.
pub async fn leave(platform: &Arc<Platform>) {
    platform.replica().left.store(true, Ordering::Release);
    let gone = async {
        let tx = platform.system(Reason::Replica).begin(None).await?;
        replica::Entity::delete_by_id(platform.replica().id).exec(tx.raw().await?).await?;
        tx.commit().await
    };
    if let Err(error) = gone.await {
        tracing::warn!(?error, "the others will take a while to find that this process is gone");
    }
}

/// The processes that a change has to wait for: those that are there, and were not waited for in vain since.
pub async fn awaited(platform: &Platform) -> Result<Vec<Uuid>, ApiError> {
    let rows = replica::Entity::find()
        .filter(replica::Column::SeenAt.gt(platform.clock().now() - GONE))
        .filter(replica::Column::LateAt.is_null())
        .all(platform.db().reader())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Notes who was waited for in vain, so that the next change does not wait for a process that was killed.
pub async fn note_late(platform: &Arc<Platform>, replicas: &[Uuid]) -> Result<(), ApiError> {
    let tx = platform.system(Reason::Replica).begin(None).await?;
    tx.change_global::<replica::Entity>()
        .filter(replica::Column::Id.is_in(replicas.iter().copied()))
        .set(replica::Column::LateAt, Expr::value(platform.clock().now()))
        .run()
        .await?;
    tx.commit().await
}

/// The epochs that are to be prepared for: tenant and epoch.
pub async fn preparations(platform: &Platform) -> Result<Vec<(Uuid, Uuid)>, ApiError> {
    let rows = plugin_preparation::Entity::find()
        .filter(plugin_preparation::Column::CreatedAt.gt(platform.clock().now() - PREPARED))
        .all(platform.db().reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}
