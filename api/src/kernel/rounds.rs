//! Work beside requests that every tenant may have: woken by hints, looking again on its own when one gets lost.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use entities::{tenant, values::TenantState};
use sea_orm::ColumnTrait;
use tokio::time::Instant;
use uuid::Uuid;

use crate::kernel::{bus::Hint, error::ApiError, platform::Platform, session::Reason, task};

/// How often it looks whether something is due.
const TICK: Duration = Duration::from_millis(500);
/// How often every tenant is asked: a tenant's first work is noticed within that time.
const SCAN: Duration = Duration::from_secs(15);
/// When a tenant is asked again whose round failed.
const FAILED: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

/// Work that is done for one tenant at a time.
#[async_trait::async_trait]
pub trait Round: Send + Sync + 'static {
    /// Why the platform acts.
    const REASON: Reason;
    /// Whether something may be due at once when something has happened in a tenant.
    const HEARS: bool = true;

    /// Does what is due for a tenant of this code, and tells when to look again; never, where it has no such work.
    async fn round(&self, tenant: Uuid, code: &str) -> Result<Option<DateTime<Utc>>, ApiError>;
}

/// What is known of the tenants.
struct Rounds<R> {
    platform: Arc<Platform>,
    name: &'static str,
    work: R,
    codes: HashMap<Uuid, String>,
    due: HashMap<Uuid, DateTime<Utc>>,
    woken: HashSet<Uuid>,
}

/// Starts the rounds; replicas may all make them.
pub fn start<R: Round>(name: &'static str, platform: &Arc<Platform>, work: R) -> tokio::task::JoinHandle<()> {
    let (codes, due, woken) = (HashMap::new(), HashMap::new(), HashSet::new());
    let mut rounds = Rounds { platform: platform.clone(), name, work, codes, due, woken };
    task::spawn(name, async move { rounds.run().await })
}

impl<R: Round> Rounds<R> {
    async fn run(&mut self) {
        let mut hints = self.platform.bus().listen();
        let mut tick = tokio::time::interval(TICK);
        let mut scan = Instant::now();
        loop {
            tokio::select! {
                hint = hints.recv() => match hint {
                    // Most tenants have no such work: what happens there is none of its business.
                    Ok(Hint::Events(tenant)) if R::HEARS && self.due.contains_key(&tenant) => {
                        self.woken.insert(tenant);
                    }
                    Ok(Hint::Events(_)) => {}
                    Ok(Hint::Rights(..) | Hint::Epoch(..)) => {}
                    // Hints were dropped: ask everybody.
                    Err(_) => scan = Instant::now(),
                },
                _ = tick.tick() => {
                    if scan <= Instant::now() {
                        scan = Instant::now() + SCAN;
                        if let Err(error) = self.scan().await {
                            tracing::warn!(?error, work = self.name, "the tenants could not be asked");
                        }
                    }
                    self.work().await;
                }
            }
        }
    }

    /// Every tenant that is served is looked at once. Who may not write has nothing to do there, and does not ask.
    async fn scan(&mut self) -> Result<(), ApiError> {
        let tx = self.platform.system(R::REASON).begin(None).await?;
        let served = tx.global::<tenant::Entity>().filter(tenant::Column::State.eq(TenantState::Active)).all().await?;
        tx.rollback().await?;
        self.codes = served.into_iter().map(|tenant| (tenant.id, tenant.code)).collect();
        self.woken.extend(self.codes.keys());
        Ok(())
    }

    async fn work(&mut self) {
        let now = self.platform.clock().now();
        let mut tenants = std::mem::take(&mut self.woken);
        tenants.extend(self.due.iter().filter(|(_, due)| **due <= now).map(|(tenant, _)| *tenant));
        for tenant in tenants {
            // One that was opened since the last scan is found by the next.
            let Some(code) = self.codes.get(&tenant) else {
                self.due.remove(&tenant);
                continue;
            };
            match self.work.round(tenant, code).await {
                Ok(Some(due)) => {
                    self.due.insert(tenant, due);
                }
                Ok(None) => {
                    self.due.remove(&tenant);
                }
                Err(error) => {
                    tracing::warn!(?error, %tenant, work = self.name, "what was due could not be done");
                    self.due.insert(tenant, now + FAILED);
                }
            }
        }
    }
}
