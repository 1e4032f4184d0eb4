//! Chance that can be repeated.

use rand::{SeedableRng, rngs::StdRng};

/// Dice thrown anew in each run; what they were is said, and `ZUGONG_TEST_SEED` throws them so again.
pub fn dice() -> StdRng {
    let seed = std::env::var("ZUGONG_TEST_SEED").map_or_else(|_| rand::random(), |n| n.parse().unwrap());
    println!("seed {seed}: repeat with ZUGONG_TEST_SEED");
    StdRng::seed_from_u64(seed)
}
