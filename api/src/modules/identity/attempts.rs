//! Slowing down whoever guesses (登录失败处理): the schedule, and the counts that live in memory.
//!
//! An account's own counts are in the database ([`super::lockout`]). Here are the counts of networks, and
//! of log-in names that belong to nobody: they wait like real accounts, so that being told to wait says
//! nothing about who exists.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    kernel::error::{ApiError, Code},
    modules::identity::{config::LockoutConfig, opaque},
};

/// Entries kept; a guesser with more addresses than this is a matter for the gateway.
const KEPT: usize = 50_000;
/// A count is forgotten after so long without a failure.
pub(super) const FORGOTTEN: TimeDelta = TimeDelta::minutes(30);

/// How long to wait after so many failures: nothing below the threshold, then 1, 2, 4 … seconds.
pub(super) fn wait(failures: u32, threshold: u32, longest_seconds: u32) -> TimeDelta {
    let Some(beyond) = failures.checked_sub(threshold) else { return TimeDelta::zero() };
    let seconds = 1_u32.checked_shl(beyond).unwrap_or(u32::MAX);
    TimeDelta::seconds(seconds.min(longest_seconds).into())
}

/// The answer to an attempt that comes too early. Says how long to wait and nothing else.
pub(super) fn too_early(until: DateTime<Utc>, now: DateTime<Utc>) -> ApiError {
    let millis = (until - now).num_milliseconds().max(0) as u64;
    ApiError::of(Code::Throttled).after(u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX).max(1))
}

/// The network of an address: the address itself, or the /64 of an IPv6 address, which one host commands.
pub(super) fn network_of(remote: &str) -> String {
    match remote.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => format!("{:x}", u128::from(v6) >> 64),
        },
        _ => remote.to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    last: DateTime<Utc>,
}

/// Counts of failures in memory, bounded.
pub(super) struct Attempts {
    threshold: u32,
    longest_seconds: u32,
    counts: Mutex<HashMap<String, Count>>,
}

impl Attempts {
    pub(super) fn new(threshold: u32, longest_seconds: u32) -> Self {
        Self { threshold, longest_seconds, counts: Mutex::default() }
    }

    /// Refuses an attempt that comes too early.
    pub(super) fn check(&self, key: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = counts.get(key) else { return Ok(()) };
        let until = count.last + wait(count.failures, self.threshold, self.longest_seconds);
        if now < until { Err(too_early(until, now)) } else { Ok(()) }
    }

    /// Counts a failure and tells how many there are now.
    pub(super) fn failed(&self, key: &str, now: DateTime<Utc>) -> u32 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT && !counts.contains_key(key) {
            counts.retain(|_, count| now - count.last < FORGOTTEN);
            if counts.len() >= KEPT {
                counts.clear();
            }
        }
        let count = counts.entry(key.to_owned()).or_insert(Count { failures: 0, last: now });
        if now - count.last >= FORGOTTEN {
            count.failures = 0;
        }
        *count = Count { failures: count.failures.saturating_add(1), last: now };
        count.failures
    }
}

/// Counts of log-in names that belong to nobody, from one network and from everywhere, as accounts have them.
pub(super) struct Strangers {
    here: Attempts,
    everywhere: Attempts,
    account_failures: u32,
}

impl Strangers {
    pub(super) fn new(limits: &LockoutConfig) -> Self {
        Self {
            here: Attempts::new(limits.account_failures, limits.account_longest_seconds),
            everywhere: Attempts::new(limits.account_failures_everywhere, limits.account_longest_seconds),
            account_failures: limits.account_failures,
        }
    }

    /// Refuses an attempt that comes too early.
    pub(super) fn check(&self, login: &str, network: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        self.here.check(&opaque::digest(&format!("{network} {login}")), now)?;
        self.everywhere.check(&opaque::digest(login), now)
    }

    /// Counts a failure.
    pub(super) fn failed(&self, login: &str, network: &str, now: DateTime<Utc>) {
        if self.here.failed(&opaque::digest(&format!("{network} {login}")), now) <= self.account_failures {
            self.everywhere.failed(&opaque::digest(login), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_limit() {
        let waits: Vec<i64> = (0..20).map(|n| wait(n, 5, 900).num_seconds()).collect();
        assert_eq!(waits[..5], [0; 5]);
        assert_eq!(waits[5..16], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        assert!(waits[16..].iter().all(|w| *w == 900));
        assert_eq!(wait(u32::MAX, 5, 900).num_seconds(), 900);
    }

    #[test]
    fn a_network_waits_alone_and_is_forgotten_in_time() {
        let attempts = Attempts::new(2, 60);
        let start = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        attempts.failed("a", start);
        assert!(attempts.check("a", start).is_ok());
        attempts.failed("a", start);
        assert_eq!(attempts.check("a", start).expect_err("too early").retry_after, Some(1));
        assert!(attempts.check("b", start).is_ok());
        assert!(attempts.check("a", start + TimeDelta::seconds(1)).is_ok());
        attempts.failed("a", start + FORGOTTEN);
        assert!(attempts.check("a", start + FORGOTTEN).is_ok());
    }

    #[test]
    fn a_host_cannot_change_its_network_by_walking_through_its_prefix() {
        assert_eq!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff::9"));
        assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
        assert_eq!(network_of("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
