//! When a message that was not received is sent again (重发间隔): sooner at first, at last once an hour.

use chrono::TimeDelta;

/// The longest wait between two attempts.
const LONGEST: i64 = 3600;

/// How long to wait after so many attempts (退避): 1 second after the first, then twice as long each time.
pub fn wait(attempts: u32) -> TimeDelta {
    let doublings = attempts.saturating_sub(1).min(12);
    TimeDelta::seconds((1_i64 << doublings).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_06_waits_grow_and_end_at_an_hour() {
        let seconds: Vec<i64> = (1..=4).map(|n| wait(n).num_seconds()).collect();
        assert_eq!(seconds, [1, 2, 4, 8]);
        assert_eq!((wait(0).num_seconds(), wait(12).num_seconds(), wait(u32::MAX).num_seconds()), (1, 2048, 3600));
    }
}
