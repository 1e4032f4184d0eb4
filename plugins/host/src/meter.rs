//! What calls have taken, by tenant, plug-in, version and hook.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use crate::{breaker::Change, fault::Code, limits::Hook};

/// Buckets of durations: each is a quarter longer than the one before, from a microsecond to about half a minute.
const BUCKETS: usize = 80;

/// Lines kept; the next new one replaces all, which only a node with thousands of installed plug-ins comes to.
const LINES: usize = 20_000;

/// What one call has taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Time in all.
    pub wall: Duration,
    /// Time on the processor.
    pub cpu: Duration,
    /// The most memory.
    pub memory: usize,
    /// Questions to the platform.
    pub host_calls: u32,
    /// Instructions, where they are counted.
    pub fuel: Option<u64>,
    /// What this call has changed for the plug-in.
    pub change: Change,
}

/// The figures of a hook of a plug-in since this process began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The plug-in's key.
    pub plugin: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// The hook.
    pub hook: Hook,
    /// Calls.
    pub calls: u64,
    /// How long half of them took at most.
    pub p50: Duration,
    /// How long 99 of 100 took at most.
    pub p99: Duration,
    /// Time on the processor, together.
    pub cpu: Duration,
    /// The most memory of any.
    pub memory: usize,
    /// Questions to the platform, together.
    pub host_calls: u64,
    /// Calls that ended in a code.
    pub faults: BTreeMap<Code, u64>,
}

struct Line {
    calls: u64,
    buckets: [u64; BUCKETS],
    cpu: Duration,
    memory: usize,
    host_calls: u64,
    faults: BTreeMap<Code, u64>,
}

type Key = (Uuid, Arc<str>, Arc<str>, Hook);

#[derive(Default)]
pub struct Meter(Mutex<HashMap<Key, Line>>);

impl Meter {
    pub fn count(&self, key: Key, spent: &Spent, code: Option<Code>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= LINES && !all.contains_key(&key) {
            all.clear();
        }
        let line = all.entry(key).or_insert_with(|| Line {
            calls: 0,
            buckets: [0; BUCKETS],
            cpu: Duration::ZERO,
            memory: 0,
            host_calls: 0,
            faults: BTreeMap::new(),
        });
        line.calls += 1;
        if let Some(bucket) = line.buckets.get_mut(bucket(spent.wall)) {
            *bucket += 1;
        }
        line.cpu += spent.cpu;
        line.memory = line.memory.max(spent.memory);
        line.host_calls += u64::from(spent.host_calls);
        if let Some(code) = code {
            *line.faults.entry(code).or_default() += 1;
        }
    }

    pub fn of(&self, tenant: Uuid) -> Vec<Health> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out: Vec<Health> = all
            .iter()
            .filter(|((of, ..), _)| *of == tenant)
            .map(|((_, plugin, version, hook), line)| Health {
                plugin: plugin.clone(),
                version: version.clone(),
                hook: *hook,
                calls: line.calls,
                p50: quantile(line, 50),
                p99: quantile(line, 99),
                cpu: line.cpu,
                memory: line.memory,
                host_calls: line.host_calls,
                faults: line.faults.clone(),
            })
            .collect();
        out.sort_by(|a, b| (&a.plugin, &a.version, a.hook).cmp(&(&b.plugin, &b.version, b.hook)));
        out
    }
}

fn bucket(wall: Duration) -> usize {
    (0..BUCKETS - 1).find(|at| wall <= bound(*at)).unwrap_or(BUCKETS - 1)
}

fn bound(at: usize) -> Duration {
    Duration::from_nanos((0..at).fold(1_000u64, |nanos, _| nanos + nanos / 4))
}

fn quantile(line: &Line, of_hundred: u64) -> Duration {
    let wanted = (line.calls * of_hundred).div_ceil(100);
    let mut seen = 0;
    for (at, count) in line.buckets.iter().enumerate() {
        seen += count;
        if seen >= wanted {
            return bound(at);
        }
    }
    bound(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_calls() {
        let meter = Meter::default();
        let tenant = Uuid::from_u128(1);
        let key = || -> Key { (tenant, "a".into(), "1.0.0".into(), Hook::Score) };
        for call in 0..100u64 {
            let wall = Duration::from_micros(if call < 90 { 100 } else { 10_000 });
            let spent = Spent {
                wall,
                cpu: Duration::from_micros(10),
                memory: 5,
                host_calls: 2,
                fuel: None,
                change: Change::None,
            };
            meter.count(key(), &spent, (call == 7).then_some(Code::Trap));
        }
        let health = meter.of(tenant).remove(0);
        assert_eq!((health.calls, health.host_calls, health.cpu), (100, 200, Duration::from_millis(1)));
        assert!((100..=125).contains(&health.p50.as_micros()), "{:?}", health.p50);
        assert!((10_000..=12_500).contains(&health.p99.as_micros()), "{:?}", health.p99);
        assert_eq!(health.faults.get(&Code::Trap), Some(&1));
        assert!(meter.of(Uuid::from_u128(2)).is_empty(), "figures are a tenant's own");
    }
}
