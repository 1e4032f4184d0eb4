//! What many short rounds say together, and how far that is to be trusted: two equal rounds already differ by more than
//! what is looked for, and so do two equal runs.

use crate::drive::Round;

/// How often the rounds are drawn again.
const DRAWS: usize = 500;

/// A ratio, and between what it came to lie in nineteen of twenty draws.
pub struct Ratio {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// All requests of these rounds as those of one.
pub fn together<'a>(rounds: impl IntoIterator<Item = &'a Round>) -> Round {
    let mut all = Round { requests: 0, seconds: 0.0, micros: vec![] };
    for round in rounds {
        all.requests += round.requests;
        all.seconds += round.seconds;
        all.micros.extend(&round.micros);
    }
    all.micros.sort_unstable();
    all
}

/// How a quantile of some rounds stands to that of others. The rounds are drawn with replacement (a bootstrap): requests of
/// one round are not independent of each other.
pub fn ratio(some: &[Round], others: &[Round], share: f64) -> Ratio {
    let of = |some: &Round, others: &Round| some.quantile(share) / others.quantile(share).max(f64::EPSILON);
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut drawn = |rounds: &[Round]| {
        together((0..rounds.len()).filter_map(|_| {
            // Knuth's multiplier; the high bits are random enough to draw with.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            rounds.get((seed >> 33) as usize % rounds.len())
        }))
    };
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| of(&drawn(some), &drawn(others))).collect();
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get((DRAWS as f64 * share) as usize).copied().unwrap_or_default();
    Ratio { value: of(&together(some), &together(others)), low: at(0.025), high: at(0.975) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(micros: impl IntoIterator<Item = u32>) -> Round {
        let mut micros: Vec<u32> = micros.into_iter().collect();
        micros.sort_unstable();
        Round { requests: micros.len(), seconds: 1.0, micros }
    }

    #[test]
    fn rounds_together_are_one() {
        let all = together(&[round(0..50), round(50..101)]);
        assert_eq!((all.requests, all.seconds, all.quantile(0.5)), (101, 2.0, 0.05));
    }

    #[test]
    fn a_ratio_lies_within_its_bounds_and_equal_rounds_are_equal() {
        let (some, others) = ((1..9).map(|n| round(n..n * 100)), (1..9).map(|n| round(n * 2..n * 200)));
        let (some, others): (Vec<_>, Vec<_>) = (some.collect(), others.collect());
        let Ratio { value, low, high } = ratio(&others, &some, 0.99);
        assert!((1.9..2.1).contains(&value) && low <= value && value <= high, "{low} {value} {high}");
        let same: Vec<_> = (0..8).map(|_| round(0..100)).collect();
        let Ratio { value, low, high } = ratio(&same, &same, 0.99);
        assert_eq!((value, low, high), (1.0, 1.0, 1.0));
    }
}
