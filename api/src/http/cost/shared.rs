//! Buckets in Redis: one script reads, fills and takes, so that no two replicas spend the same.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use redis::{Script, aio::ConnectionManager};
use tokio::time::Instant;

use crate::{http::cost::buckets::Bucket, kernel::bus::Bus};

/// Takes `need` at least and `want` at most. The clock is Redis's own, so that replicas' clocks do not matter.
/// An untouched bucket is forgotten when it would be full again.
const TAKE: &str = r"
local size, rate, need, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = size
if kept[1] then tokens = math.min(size, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate) end
if tokens < need then return {0, 0, math.ceil((math.min(need, size) - tokens) / rate * 1000)} end
local granted = math.min(want, math.floor(tokens))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', string.format('%.3f', tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((size - tokens) / rate * 1000) + 1000)
return {granted, math.floor(tokens), 0}
";
/// A request does not wait longer than this for its bucket.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure Redis is left alone for so long.
const PAUSE: Duration = Duration::from_secs(3);

/// What was taken, and what the bucket still holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portion {
    pub(super) granted: u64,
    pub(super) left: u64,
}

/// The buckets that replicas share.
pub(super) struct Shared {
    redis: ConnectionManager,
    space: String,
    take: Script,
    paused: Mutex<Option<Instant>>,
}

impl Shared {
    /// The buckets in the bus's Redis, if it has one.
    pub(super) fn over(bus: &Bus) -> Option<Self> {
        let (redis, space) = bus.remote()?;
        Some(Self { redis, space: format!("{space}:cost"), take: Script::new(TAKE), paused: Mutex::default() })
    }

    /// A portion, or the time until there is one; nothing if Redis does not answer.
    pub(super) async fn take(&self, bucket: &Bucket, need: u64, want: u64) -> Option<Result<Portion, Duration>> {
        if self.paused.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let mut redis = self.redis.clone();
        let mut call = self.take.key(format!("{}:{}", self.space, bucket.key));
        call.arg(bucket.size).arg(bucket.rate).arg(need).arg(want);
        match tokio::time::timeout(PATIENCE, call.invoke_async::<(u64, u64, u64)>(&mut redis)).await {
            Ok(Ok((0, _, wait))) => Some(Err(Duration::from_millis(wait))),
            Ok(Ok((granted, left, _))) => Some(Ok(Portion { granted, left })),
            failed => {
                if let Ok(Err(error)) = failed {
                    tracing::warn!(%error, "Redis does not keep the buckets; this replica keeps its own");
                }
                *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
                None
            }
        }
    }
}
