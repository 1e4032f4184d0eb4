//! Chance that repeats itself: one seed, one course of events; and ids made from it.

use chrono::{DateTime, Utc};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// A source of chance. Two with the same seed and stream give the same values for ever: ChaCha8 is a fixed
/// algorithm, unlike a library's "standard" generator.
pub struct Chance {
    rng: ChaCha8Rng,
    /// Milliseconds since 1970 of the last id, and how many ids it has given since.
    last: (u64, u16),
}

impl Chance {
    /// Chance from a seed. Streams of one seed are independent, so that batches can be made in any order.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self { rng, last: (0, 0) }
    }

    /// A number of the range, both ends included.
    pub fn between<T: rand::distr::uniform::SampleUniform + PartialOrd>(&mut self, low: T, high: T) -> T {
        if low >= high { low } else { self.rng.random_range(low..=high) }
    }

    /// Whether something happens that happens so many times in a thousand.
    pub fn permille(&mut self, times: u32) -> bool {
        self.rng.random_range(0..1000) < times
    }

    /// One of the values, each as often as its weight says; the first if the weights are all zero.
    pub fn weighted<T: Copy>(&mut self, table: &[(T, u32)]) -> Option<T> {
        let total: u32 = table.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(0, total.saturating_sub(1));
        for (value, weight) in table {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return Some(*value),
            }
        }
        table.first().map(|(value, _)| *value)
    }

    /// One of the values, each as often as any other.
    pub fn one<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        values.get(self.between(0, values.len().saturating_sub(1)))
    }

    /// One of the characters.
    pub fn letter(&mut self, text: &str) -> Option<char> {
        let count = text.chars().count();
        text.chars().nth(self.between(0, count.saturating_sub(1)))
    }

    /// So many decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.between(0_u8, 9))).collect()
    }

    /// An id of the shape of UUIDv7 for a row made at an instant. Ids of one source never go back.
    pub fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let (last, count) = self.last;
        self.last = match () {
            () if millis > last => (millis, 0),
            () if count < 0x0fff => (last, count + 1),
            // 4,096 rows at one instant: the next millisecond begins early.
            () => (last + 1, 0),
        };
        let (millis, count) = self.last;
        let high = (millis << 16) | 0x7000 | u64::from(count);
        let low = (self.rng.next_u64() >> 2) | (0b10 << 62);
        Uuid::from_u64_pair(high, low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_course_and_another_stream_another() {
        let course = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default();
            (chance.digits(20), chance.id(at), chance.between(0, 1_000_000))
        };
        assert_eq!(course(7, 1), course(7, 1));
        assert_ne!(course(7, 1), course(7, 2));
        assert_ne!(course(7, 1), course(8, 1));
    }

    #[test]
    fn ids_are_version_7_and_grow() {
        let mut chance = Chance::new(1, 1);
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default();
        let ids: Vec<Uuid> = (0..10_000).map(|_| chance.id(at)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::new(3, 0);
        let drawn = (0..10_000).filter(|_| chance.weighted(&[('a', 3), ('b', 1)]) == Some('a')).count();
        assert!((7_300..7_700).contains(&drawn), "{drawn}");
        assert_eq!(chance.weighted::<char>(&[]), None);
        assert_eq!(chance.weighted(&[('a', 0)]), Some('a'));
    }
}
