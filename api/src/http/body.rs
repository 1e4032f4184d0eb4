//! Reads a request's body within a size and a time.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;

use crate::kernel::error::{ApiError, Code};

/// A client that cannot send its body in this time is not waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole body, or the refusal.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(PATIENCE, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(ApiError::of(Code::QueryTooLarge)
            .saying(format!("请求体不得超过 {limit} 字节"), format!("A body has at most {limit} bytes."))),
        Err(_) => Err(ApiError::of(Code::DeadlineExceeded)),
    }
}
