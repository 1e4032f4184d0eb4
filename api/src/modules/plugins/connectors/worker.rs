//! Asks agencies' systems beside requests (外呼).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    kernel::{
        error::ApiError,
        rounds::{self, Round},
        session::Reason,
    },
    modules::{
        identity::Identity,
        plugins::connectors::{calling::round, client::Client},
    },
};

struct Worker {
    identity: Arc<Identity>,
    client: Client,
}

/// Starts asking; replicas may all do it. Fails with a sentence when a network is none.
pub fn start(identity: &Arc<Identity>, networks: &[String]) -> Result<tokio::task::JoinHandle<()>, String> {
    let worker = Worker { identity: identity.clone(), client: Client::new(networks)? };
    Ok(rounds::start("connectors", identity.platform(), worker))
}

#[async_trait::async_trait]
impl Round for Worker {
    const REASON: Reason = Reason::Connector;

    async fn round(&self, tenant: Uuid, _code: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        round(&self.identity, &self.client, tenant).await
    }
}
