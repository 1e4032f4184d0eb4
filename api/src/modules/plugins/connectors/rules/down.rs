//! What follows when an agency's system does not answer (对方不可用).

use chrono::TimeDelta;
use declarative::OnDown;

/// After so many failures in a row a system is left alone.
const OPENS: i32 = 5;
/// For so long at first; twice as long each time after.
const REST: i64 = 30;
/// The longest rest.
const LONGEST: i64 = 3600;
/// Attempts before people take over, where the plug-in wants that.
const PATIENCE: i32 = 3;

/// Whether the breaker is open or being tried (熔断).
pub fn is_open(failures: i32) -> bool {
    failures >= OPENS
}

/// How long a system is left alone after so many failures in a row; none while it is still asked.
pub fn rest(failures: i32) -> Option<TimeDelta> {
    let beyond = u32::try_from(failures.checked_sub(OPENS)?).ok()?;
    Some(TimeDelta::seconds((REST << beyond.min(10)).min(LONGEST)))
}

/// What becomes of an item whose system does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It waits with its clock stopped.
    Park,
    /// It waits, and its clock goes on.
    Wait,
    /// The agency handles it.
    HandOver,
}

/// What becomes of an item after so many attempts.
pub fn next(policy: OnDown, attempts: i32) -> Next {
    match policy {
        OnDown::Park => Next::Park,
        OnDown::Manual if attempts < PATIENCE => Next::Wait,
        OnDown::Manual | OnDown::Fail => Next::HandOver,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_begin_at_the_fifth_failure_and_double_up_to_an_hour() {
        let seconds = |failures| rest(failures).map(|rest| rest.num_seconds());
        assert_eq!([0, 4, 5, 6, 7].map(seconds), [None, None, Some(30), Some(60), Some(120)]);
        assert_eq!((seconds(12), seconds(i32::MAX)), (Some(3600), Some(3600)));
        assert!(!is_open(4) && is_open(5));
    }

    #[test]
    fn an_item_waits_or_goes_to_people_as_the_plug_in_says() {
        assert_eq!([1, 50].map(|n| next(OnDown::Park, n)), [Next::Park; 2]);
        assert_eq!([1, 2, 3].map(|n| next(OnDown::Manual, n)), [Next::Wait, Next::Wait, Next::HandOver]);
        assert_eq!(next(OnDown::Fail, 1), Next::HandOver);
    }
}
