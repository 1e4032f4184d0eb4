//! The retirement forecast (退休预告) and when a retirement takes effect, rule D-06.

use chrono::NaiveDate;
use thiserror::Error;

use crate::kernel::year_month::YearMonth;

/// The forecast windows (预告窗口) in months before the retirement month, widest first (D-06).
pub const WINDOWS: [u32; 5] = [24, 12, 6, 3, 1];

/// The person is under investigation, so the retirement cannot be handled (政务处分法第52条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a person under investigation cannot retire before it is concluded")]
pub struct UnderInvestigation;

impl UnderInvestigation {
    /// The stable code of this refusal.
    pub const CODE: &'static str = "UNDER_INVESTIGATION";
}

/// The windows in which a person of this retirement month is on a date (D-06), widest first; none
/// once the month is over.
pub fn windows_on(on: NaiveDate, month: YearMonth) -> Vec<u32> {
    let mut windows = WINDOWS.to_vec();
    windows.retain(|window| is_inside(*window, on, month));
    windows
}

/// The windows entered since the previous run (新进入的窗口, D-06), so that each is announced exactly
/// once, even when a run was missed or repeated.
pub fn newly_entered(prev_run: Option<NaiveDate>, run: NaiveDate, month: YearMonth) -> Vec<u32> {
    let mut windows = windows_on(run, month);
    windows.retain(|window| prev_run.is_none_or(|prev| YearMonth::of(prev) < entered_in(*window, month)));
    windows
}

/// The day on which the retirement takes effect (退休生效日): the last of the month (D-06).
pub fn effective_on(month: YearMonth) -> NaiveDate {
    month.last_day()
}

/// The day from which the post and its establishment are free and the pension is paid (出编日、
/// 养老金起发日): the first of the next month (D-06).
pub fn post_freed_on(month: YearMonth) -> NaiveDate {
    month.add_months(1).first_day()
}

/// Whether the retirement can be handled (D-06).
pub fn check_handling(is_under_investigation: bool) -> Result<(), UnderInvestigation> {
    if is_under_investigation { Err(UnderInvestigation) } else { Ok(()) }
}

fn entered_in(window: u32, month: YearMonth) -> YearMonth {
    month.add_months(-(window as i32))
}

fn is_inside(window: u32, on: NaiveDate, month: YearMonth) -> bool {
    let current = YearMonth::of(on);
    entered_in(window, month) <= current && current <= month
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::retirement::{RetirementCategory, statutory};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// M60 1965-05 retires in 2025-07.
    fn month() -> YearMonth {
        statutory(RetirementCategory::M60, "1965-05".parse().unwrap()).month
    }

    #[test]
    fn d_06_windows() {
        assert_eq!(windows_on(day("2025-06-01"), month()), [24, 12, 6, 3, 1]);
        assert_eq!(windows_on(day("2025-05-31"), month()), [24, 12, 6, 3]);
        assert_eq!(windows_on(day("2023-07-01"), month()), [24]);
        assert!(windows_on(day("2023-06-30"), month()).is_empty());
        assert_eq!(windows_on(day("2025-07-31"), month()).len(), 5);
        assert!(windows_on(day("2025-08-01"), month()).is_empty());
    }

    #[test]
    fn d_06_each_window_is_announced_once() {
        let new = |prev: &str, run: &str| newly_entered(prev.parse().ok(), day(run), month());
        assert_eq!(new("", "2025-06-01"), [24, 12, 6, 3, 1]);
        assert_eq!(new("2025-05-01", "2025-06-01"), [1]);
        assert!(new("2025-06-01", "2025-06-01").is_empty());
        assert!(new("2025-06-01", "2025-07-01").is_empty());
        assert_eq!(new("2024-12-31", "2025-04-10"), [6, 3]);
        assert!(new("2025-09-01", "2025-06-01").is_empty());
    }

    #[test]
    fn d_06_effect() {
        assert_eq!(effective_on(month()), day("2025-07-31"));
        assert_eq!(post_freed_on(month()), day("2025-08-01"));
        assert_eq!(check_handling(true), Err(UnderInvestigation));
        assert_eq!((check_handling(false), UnderInvestigation::CODE), (Ok(()), "UNDER_INVESTIGATION"));
    }
}
