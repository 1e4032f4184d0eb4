//! Buckets that fill steadily and are spent from.
//!
//! Replicas share them through Redis where there is one. Asking it for every request would cost each of them a
//! round trip, so that a replica takes a portion and spends that on its own; when Redis does not answer, each
//! replica keeps buckets of its own until it does.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    http::cost::shared::{Portion, Shared},
    kernel::bus::Bus,
};

/// A portion is this part of a bucket.
const PORTION: u64 = 100;
/// A portion is given up if it is not spent within this time, so that none lies idle in one replica.
const KEPT: Duration = Duration::from_secs(2);
/// Buckets kept in memory before the full ones are forgotten.
const MOST: usize = 50_000;

/// A bucket: whose it is, what it holds, and what comes back every second.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) key: String,
    pub(super) size: u64,
    pub(super) rate: u64,
}

impl Bucket {
    pub(super) fn new(key: String, size: u64, rate: u64) -> Self {
        Self { key, size, rate }
    }
}

/// The buckets of this process, and through it of all.
pub(super) struct Buckets {
    shared: Option<Shared>,
    own: Mutex<HashMap<String, Level>>,
    portions: Mutex<HashMap<String, (Portion, Instant)>>,
}

#[derive(Clone, Copy)]
struct Level {
    tokens: f64,
    at: Instant,
}

impl Buckets {
    pub(super) fn new(bus: &Bus) -> Self {
        Self { shared: Shared::over(bus), own: Mutex::default(), portions: Mutex::default() }
    }

    /// Takes so much and tells what is left, or tells how long it takes until there is enough.
    pub(super) async fn take(&self, bucket: &Bucket, cost: u64) -> Result<u64, Duration> {
        let Some(shared) = &self.shared else { return self.take_own(bucket, cost, Instant::now()) };
        if let Some(left) = self.spend(bucket, cost) {
            return Ok(left);
        }
        let wanted = cost.max(bucket.size / PORTION);
        match shared.take(bucket, cost, wanted).await {
            Some(Ok(portion)) => Ok(self.keep(bucket, portion, cost)),
            Some(Err(wait)) => Err(wait),
            None => self.take_own(bucket, cost, Instant::now()),
        }
    }

    /// Puts back what was taken in vain.
    pub(super) fn give_back(&self, bucket: &Bucket, cost: u64) {
        if let Some((portion, _)) = self.portions.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&bucket.key) {
            portion.granted = portion.granted.saturating_add(cost);
        } else if let Some(level) = self.own.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&bucket.key) {
            level.tokens = (level.tokens + real(cost)).min(real(bucket.size));
        }
    }

    /// Spends from the portion that is left, if it is enough.
    fn spend(&self, bucket: &Bucket, cost: u64) -> Option<u64> {
        let mut portions = self.portions.lock().unwrap_or_else(PoisonError::into_inner);
        let (portion, until) = portions.get_mut(&bucket.key)?;
        if *until <= Instant::now() {
            portions.remove(&bucket.key);
            return None;
        }
        portion.granted = portion.granted.checked_sub(cost)?;
        Some(portion.granted.saturating_add(portion.left))
    }

    fn keep(&self, bucket: &Bucket, mut portion: Portion, cost: u64) -> u64 {
        portion.granted = portion.granted.saturating_sub(cost);
        let left = portion.granted.saturating_add(portion.left);
        let mut portions = self.portions.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if portions.len() >= MOST {
            portions.retain(|_, (_, until)| *until > now);
        }
        // A twin may have fetched a portion in the meantime; the newer one stands, the other is lost to its bucket.
        portions.insert(bucket.key.clone(), (portion, now + KEPT));
        left
    }

    fn take_own(&self, bucket: &Bucket, cost: u64, now: Instant) -> Result<u64, Duration> {
        let (size, rate) = (real(bucket.size), real(bucket.rate));
        let mut levels = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() >= MOST && !levels.contains_key(&bucket.key) {
            // Whoever has been away long enough to have a full bucket again needs no entry.
            levels.retain(|_, level| level.tokens + rate * (now - level.at).as_secs_f64() < size);
        }
        let level = levels.entry(bucket.key.clone()).or_insert(Level { tokens: size, at: now });
        level.tokens = (level.tokens + rate * (now - level.at).as_secs_f64()).min(size);
        level.at = now;
        let cost = real(cost);
        if level.tokens < cost {
            return Err(Duration::from_secs_f64((cost.min(size) - level.tokens) / rate));
        }
        level.tokens -= cost;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the bucket's size")]
        Ok(level.tokens as u64)
    }
}

#[allow(clippy::cast_precision_loss, reason = "costs are far below 2^52")]
fn real(cost: u64) -> f64 {
    cost as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(key: &str) -> Bucket {
        Bucket::new(key.into(), 100, 10)
    }

    #[test]
    fn a_bucket_empties_fills_and_says_how_long_it_takes() {
        let buckets = Buckets::new(&Bus::local());
        let (a, b) = (bucket("a"), bucket("b"));
        let start = Instant::now();
        assert_eq!(buckets.take_own(&a, 60, start), Ok(40));
        assert_eq!(buckets.take_own(&a, 60, start), Err(Duration::from_secs(2)));
        assert_eq!(buckets.take_own(&b, 60, start), Ok(40), "another's bucket is another's");
        let later = start + Duration::from_secs(2);
        assert_eq!(buckets.take_own(&a, 60, later), Ok(0));
        buckets.give_back(&a, 30);
        assert_eq!(buckets.take_own(&a, 30, later), Ok(0));
        assert_eq!(buckets.take_own(&a, 1, later + Duration::from_secs(1000)), Ok(99), "never more than its size");
    }
}
