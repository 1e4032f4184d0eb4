//! The net below a mistake of ours: what panics ends by itself, is counted and written down, and takes nothing else
//! with it.

use std::{future::Future, panic::AssertUnwindSafe};

use futures::FutureExt;

use crate::kernel::{
    error::{ApiError, Code},
    session::RequestInfo,
};

/// What work comes to, or the error that its panic is to whoever asked for it. `place` says in the log where it was.
pub(super) async fn caught<T>(place: &str, info: &RequestInfo, work: impl Future<Output = T>) -> Result<T, ApiError> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| {
        tracing::error!(request = info.id, place, "a panic was caught");
        metrics::counter!("zugong_panics_total").increment(1);
        ApiError::of(Code::InternalServerError)
    })
}
