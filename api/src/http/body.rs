//! Reads a request's body within a size and a time.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::time::Instant;

use crate::kernel::error::{ApiError, Code};

/// A body has this long,
const PATIENCE: Duration = Duration::from_secs(30);
/// and where it may be large a second for each so many bytes: 160 seconds for a file of 20 MiB.
const PACE: usize = 128 * 1024;
/// For so long nothing is asked of the pace: connections start slowly.
const GRACE: Duration = Duration::from_secs(5);
/// The pace below which a body is a way of holding a connection open.
const CRAWL: u64 = 256;

/// The whole body, or the refusal.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(large(limit));
    }
    let begun = Instant::now();
    let allowed = patience(limit);
    let mut pieces = body.into_data_stream();
    let mut whole = BytesMut::new();
    loop {
        let so_far = u64::try_from(whole.len()).unwrap_or(u64::MAX);
        let crawling = GRACE + Duration::from_secs(so_far / CRAWL);
        let piece = tokio::time::timeout_at(begun + allowed.min(crawling), pieces.next()).await;
        match piece.map_err(|_| slow())? {
            None => return Ok(whole.freeze()),
            Some(Ok(piece)) if whole.len() + piece.len() <= limit => whole.extend_from_slice(&piece),
            Some(Ok(_)) => return Err(large(limit)),
            Some(Err(_)) => return Err(ApiError::of(Code::BadUserInput).saying("请求体中断", "The body broke off.")),
        }
    }
}

/// How long a body that may have so many bytes may be under way.
fn patience(limit: usize) -> Duration {
    PATIENCE.max(Duration::from_secs(u64::try_from(limit / PACE).unwrap_or(0)))
}

fn large(limit: usize) -> ApiError {
    ApiError::of(Code::QueryTooLarge)
        .saying(format!("请求体不得超过 {limit} 字节"), format!("A body has at most {limit} bytes."))
}

fn slow() -> ApiError {
    ApiError::of(Code::DeadlineExceeded).saying("请求体发送过慢", "The body came too slowly.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_thirty_seconds_and_a_file_160() {
        for (limit, seconds) in [(16 * 1024, 30), (256 * 1024, 30), (20 * 1024 * 1024, 160)] {
            assert_eq!(patience(limit), Duration::from_secs(seconds), "{limit}");
        }
    }
}
