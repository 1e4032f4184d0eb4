//! When keys sign, when they are published and when they retire (密钥轮换): pure decisions.
//!
//! Every key has exactly one possible successor, whose id follows from its own. Replicas that reach
//! the same decision at the same moment therefore insert the same row, and the database lets one win.

use chrono::{DateTime, TimeDelta, Utc};
use entities::signing_key::Model;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::modules::identity::config::IdentityConfig;

/// The life of a key (密钥时限).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) sign_from: DateTime<Utc>,
    pub(super) sign_until: DateTime<Utc>,
    pub(super) retire_at: DateTime<Utc>,
}

/// The lengths from which lives are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// How long a key signs.
    pub(super) signing: TimeDelta,
    /// How long a key is published before it signs, so that whoever keeps the published keys has it.
    pub(super) ahead: TimeDelta,
    /// How long a key is accepted after it has stopped signing: until its last token has expired, also
    /// for a replica that learns of the change as late as it may.
    pub(super) after: TimeDelta,
}

/// One thing to do so that a current and a next key exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Add a key under this id.
    Add { id: Uuid, times: Times, also: Option<Change> },
    /// Change the life of a key.
    Change(Change),
}

/// A change of a key's life, valid only while `seen` is still its present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) id: Uuid,
    pub(super) seen: Times,
    pub(super) times: Times,
}

/// The life that a row states.
pub(super) fn times_of(row: &Model) -> Times {
    Times { sign_from: row.sign_from, sign_until: row.sign_until, retire_at: row.retire_at }
}

/// The id of the key after this one; of the first key after none.
pub(super) fn successor(id: Option<Uuid>) -> Uuid {
    let digest = Sha256::new().chain_update(b"zugong/signing-key/").chain_update(id.unwrap_or(Uuid::nil())).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Schedule {
    pub(super) fn new(config: &IdentityConfig) -> Self {
        Self {
            signing: config.signing(),
            ahead: config.access() + config.jwks_cache(),
            after: config.access() + config.leeway() + config.jwks_cache(),
        }
    }

    fn life(&self, sign_from: DateTime<Utc>) -> Times {
        self.ending(sign_from, sign_from + self.signing)
    }

    fn ending(&self, sign_from: DateTime<Utc>, sign_until: DateTime<Utc>) -> Times {
        Times { sign_from, sign_until, retire_at: sign_until + self.after }
    }

    /// The next thing to do, given all keys in the order in which they sign.
    pub(super) fn next(&self, keys: &[Model], now: DateTime<Utc>) -> Option<Step> {
        let Some(newest) = keys.last() else {
            return Some(Step::Add { id: successor(None), times: self.life(now), also: None });
        };
        let (id, seen) = (successor(Some(newest.id)), times_of(newest));
        if newest.sign_from > now {
            // A next key is published. If nothing signs, it must begin at once: late is better than never.
            let signs = keys.iter().any(|k| k.sign_from <= now && now < k.sign_until);
            let change = Change { id: newest.id, seen, times: self.life(now) };
            return (!signs).then_some(Step::Change(change));
        }
        if newest.sign_until <= now {
            return Some(Step::Add { id, times: self.life(now), also: None });
        }
        // After a long absence the present key may end too soon for its successor to be known: it stays on.
        let begin = newest.sign_until.max(now + self.ahead);
        let also = (begin > newest.sign_until).then(|| Change {
            id: newest.id,
            seen,
            times: self.ending(newest.sign_from, begin),
        });
        Some(Step::Add { id, times: self.life(begin), also })
    }

    /// The changes that bring the next key forward, as early as whoever keeps the keys can know it.
    pub(super) fn forward(&self, keys: &[Model], now: DateTime<Utc>) -> Vec<Change> {
        let Some(next) = keys.iter().find(|k| k.sign_from > now) else { return vec![] };
        let begin = now.max(next.created_at + self.ahead);
        if begin >= next.sign_from {
            return vec![];
        }
        let ended = keys.iter().filter(|k| k.sign_from <= now && k.sign_until > begin).map(|k| Change {
            id: k.id,
            seen: times_of(k),
            times: self.ending(k.sign_from, begin),
        });
        ended.chain([Change { id: next.id, seen: times_of(next), times: self.life(begin) }]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Schedule {
        Schedule::new(&IdentityConfig::default())
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time") + TimeDelta::minutes(minutes)
    }

    fn run(keys: &mut Vec<Model>, now: DateTime<Utc>) {
        while let Some(step) = schedule().next(keys, now) {
            let mut changes = vec![];
            match step {
                Step::Change(change) => changes.push(change),
                Step::Add { id, times, also } => {
                    changes.extend(also);
                    keys.push(Model {
                        id,
                        sealed_key: String::new(),
                        public_key: String::new(),
                        created_at: now,
                        sign_from: times.sign_from,
                        sign_until: times.sign_until,
                        retire_at: times.retire_at,
                    });
                }
            }
            for change in changes {
                let key = keys.iter_mut().find(|k| k.id == change.id).expect("a known key");
                assert_eq!(times_of(key), change.seen);
                (key.sign_from, key.sign_until, key.retire_at) =
                    (change.times.sign_from, change.times.sign_until, change.times.retire_at);
            }
            assert!(keys.len() < 100, "no end");
        }
    }

    #[test]
    fn over_a_year_one_key_signs_at_any_time_and_each_was_published_in_time() {
        let mut keys = vec![];
        for day in 0..365 {
            run(&mut keys, at(day * 1440));
            assert_eq!(
                keys.iter().filter(|k| k.sign_from <= at(day * 1440) && at(day * 1440) < k.sign_until).count(),
                1
            );
            assert!(keys.iter().any(|k| k.sign_from > at(day * 1440)), "a next key is published");
        }
        assert_eq!(keys.len(), 14);
        for pair in keys.windows(2) {
            assert_eq!(pair[0].sign_until, pair[1].sign_from, "no gap, no overlap");
            assert!(pair[1].created_at + schedule().ahead <= pair[1].sign_from);
            assert!(pair[0].retire_at >= pair[0].sign_until + TimeDelta::minutes(15));
        }
    }

    #[test]
    fn after_an_absence_of_any_length_something_signs() {
        for absent in [1, 29 * 1440, 30 * 1440 - 5, 30 * 1440 + 5, 61 * 1440, 400 * 1440] {
            let mut keys = vec![];
            run(&mut keys, at(0));
            run(&mut keys, at(absent));
            assert!(keys.iter().any(|k| k.sign_from <= at(absent) && at(absent) < k.sign_until), "{absent}");
            assert!(keys.iter().any(|k| k.sign_from > at(absent)), "{absent}");
        }
    }

    #[test]
    fn the_next_key_is_never_brought_forward_before_it_can_be_known() {
        let mut keys = vec![];
        run(&mut keys, at(0));
        let changes = schedule().forward(&keys, at(3));
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0].times.sign_until, at(20), "access token + cache time after publication");
        assert_eq!(changes[1].times.sign_from, at(20));
        assert_eq!(schedule().forward(&keys, at(1440))[1].times.sign_from, at(1440), "known long since");
        assert!(schedule().forward(&keys[..1], at(3)).is_empty());
    }

    #[test]
    fn successors_are_a_chain_without_a_loop() {
        let mut seen = std::collections::HashSet::new();
        let mut id = None;
        for _ in 0..1000 {
            id = Some(successor(id));
            assert!(seen.insert(id));
        }
    }
}
