//! Sends messages beside requests (交换发送).

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
        exchange::{
            client::Client,
            envelope::NodeKey,
            outgoing::{Sender, round},
        },
        identity::Identity,
    },
};

struct Worker {
    identity: Arc<Identity>,
    client: Client,
}

/// Starts sending; replicas may all do it. Fails with a sentence when an origin is none.
pub fn start(identity: &Arc<Identity>, origins: &[String]) -> Result<tokio::task::JoinHandle<()>, String> {
    let worker = Worker { identity: identity.clone(), client: Client::new(origins)? };
    Ok(rounds::start("exchange", identity.platform(), worker))
}

#[async_trait::async_trait]
impl Round for Worker {
    const REASON: Reason = Reason::Exchange;

    async fn round(&self, tenant: Uuid, code: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        let system = self.identity.platform().system(Self::REASON);
        let key = NodeKey::of(&self.identity, tenant)?;
        round(&system, &self.client, &Sender { tenant, code, key: &key }).await
    }
}
