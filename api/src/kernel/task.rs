//! Background work that outlives a request; the only place that may detach one.

use std::future::Future;

/// Starts work that runs until it ends or the process does.
#[allow(clippy::disallowed_methods, reason = "named and logged here, so that nothing runs unseen")]
pub fn spawn(name: &'static str, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    tracing::debug!(name, "background work starts");
    tokio::spawn(work)
}
