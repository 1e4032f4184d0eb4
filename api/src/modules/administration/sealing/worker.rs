//! Seals beside requests.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    kernel::{
        error::ApiError,
        rounds::{self, Round},
        session::Reason,
    },
    modules::{administration::sealing::seal, identity::Identity},
};

struct Worker(Arc<Identity>);

/// Starts sealing; replicas may all do it.
pub fn start(identity: &Arc<Identity>) -> tokio::task::JoinHandle<()> {
    rounds::start("audit seals", identity.platform(), Worker(identity.clone()))
}

#[async_trait::async_trait]
impl Round for Worker {
    const REASON: Reason = Reason::Seal;
    // Nothing is due before it is minutes old.
    const HEARS: bool = false;

    async fn round(&self, tenant: Uuid, _code: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        seal(&self.0, tenant).await
    }
}
