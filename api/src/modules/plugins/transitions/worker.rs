//! Tells plug-ins beside requests.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    kernel::{
        error::ApiError,
        platform::Platform,
        rounds::{self, Round},
        session::Reason,
    },
    modules::plugins::transitions::settling::round,
};

struct Worker(Arc<Platform>);

/// Starts telling; replicas may all do it.
pub fn start(platform: &Arc<Platform>) -> tokio::task::JoinHandle<()> {
    rounds::start("plugin-transitions", platform, Worker(platform.clone()))
}

#[async_trait::async_trait]
impl Round for Worker {
    const REASON: Reason = Reason::Transition;

    async fn round(&self, tenant: Uuid, _code: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        round(&self.0, tenant).await
    }
}
