//! Sends messages beside requests (交换发送): woken by hints, looking again on its own when one gets lost.

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

use crate::{
    kernel::{bus::Hint, error::ApiError, session::Reason, task},
    modules::{
        exchange::{
            client::Client,
            envelope::NodeKey,
            outgoing::{Sender, round},
        },
        identity::Identity,
    },
};

/// How often it looks whether something is due.
const TICK: Duration = Duration::from_millis(500);
/// How often every tenant is asked whether it has peers: a tenant's first peer is noticed within that time.
const SCAN: Duration = Duration::from_secs(15);

/// What it knows of the tenants.
struct Worker {
    identity: Arc<Identity>,
    client: Client,
    codes: HashMap<Uuid, String>,
    due: HashMap<Uuid, DateTime<Utc>>,
    woken: HashSet<Uuid>,
}

/// Starts sending; replicas may all do it. Fails with a sentence when an origin is none.
pub fn start(identity: &Arc<Identity>, origins: &[String]) -> Result<tokio::task::JoinHandle<()>, String> {
    let client = Client::new(origins)?;
    let identity = identity.clone();
    let mut worker = Worker { identity, client, codes: HashMap::new(), due: HashMap::new(), woken: HashSet::new() };
    Ok(task::spawn("exchange", async move { worker.run().await }))
}

impl Worker {
    async fn run(&mut self) {
        let mut hints = self.identity.platform().bus().listen();
        let mut tick = tokio::time::interval(TICK);
        let mut scan = Instant::now();
        loop {
            tokio::select! {
                hint = hints.recv() => match hint {
                    // Most tenants have no peers: what happens there is none of the exchange's business.
                    Ok(Hint::Events(tenant)) if self.due.contains_key(&tenant) => {
                        self.woken.insert(tenant);
                    }
                    Ok(Hint::Events(_)) => {}
                    Ok(Hint::Rights(..)) => {}
                    // Hints were dropped: ask everybody.
                    Err(_) => scan = Instant::now(),
                },
                _ = tick.tick() => {
                    if scan <= Instant::now() {
                        scan = Instant::now() + SCAN;
                        if let Err(error) = self.scan().await {
                            tracing::warn!(?error, "the tenants could not be asked for messages");
                        }
                    }
                    self.work().await;
                }
            }
        }
    }

    /// Every tenant that is served is looked at once.
    async fn scan(&mut self) -> Result<(), ApiError> {
        let tx = self.identity.platform().system(Reason::Exchange).begin(None).await?;
        let served = tx.global::<tenant::Entity>().filter(tenant::Column::State.eq(TenantState::Active)).all().await?;
        tx.rollback().await?;
        self.codes = served.into_iter().map(|tenant| (tenant.id, tenant.code)).collect();
        self.woken.extend(self.codes.keys());
        Ok(())
    }

    async fn work(&mut self) {
        let now = self.identity.platform().clock().now();
        let mut tenants = std::mem::take(&mut self.woken);
        tenants.extend(self.due.iter().filter(|(_, due)| **due <= now).map(|(tenant, _)| *tenant));
        for tenant in tenants {
            match self.round(tenant).await {
                Ok(Some(due)) => {
                    self.due.insert(tenant, due);
                }
                Ok(None) => {
                    self.due.remove(&tenant);
                }
                Err(error) => {
                    tracing::warn!(?error, %tenant, "messages could not be sent");
                    self.due.insert(tenant, now + chrono::TimeDelta::seconds(5));
                }
            }
        }
    }

    async fn round(&self, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
        // One that was opened since the last scan is found by the next.
        let Some(code) = self.codes.get(&tenant) else { return Ok(None) };
        let system = self.identity.platform().system(Reason::Exchange);
        let key = NodeKey::of(&self.identity, tenant)?;
        round(&system, &self.client, &Sender { tenant, code, key: &key }).await
    }
}
