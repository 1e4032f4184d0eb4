//! Civil dates (民用日期): month arithmetic and "today" as the rulebook's global conventions fix them.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};

/// Seconds by which Asia/Shanghai (北京时间) is ahead of UTC; there has been no summer time since 1991.
const SHANGHAI_OFFSET_SECONDS: i64 = 8 * 3600;

/// The date `n` months later (earlier when negative), clamped to the month's end
/// (按月计算，遇月末取月末): 2024-08-31 + 6 = 2025-02-28. Saturates at the calendar's limits.
pub fn add_months(date: NaiveDate, n: i32) -> NaiveDate {
    let months = Months::new(n.unsigned_abs());
    if n >= 0 {
        date.checked_add_months(months).unwrap_or(NaiveDate::MAX)
    } else {
        date.checked_sub_months(months).unwrap_or(NaiveDate::MIN)
    }
}

/// The civil date in Asia/Shanghai (北京时间的日期) at an instant.
pub fn today_in_shanghai(instant: DateTime<Utc>) -> NaiveDate {
    let local = TimeDelta::try_seconds(SHANGHAI_OFFSET_SECONDS)
        .and_then(|offset| instant.naive_utc().checked_add_signed(offset));
    local.unwrap_or_else(|| instant.naive_utc()).date()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn global_months_clamp_to_month_end() {
        assert_eq!(add_months(day("2024-08-31"), 6), day("2025-02-28"));
        assert_eq!(add_months(day("2024-08-31"), -6), day("2024-02-29"));
        assert_eq!(add_months(day("2024-08-31"), 0), day("2024-08-31"));
        assert_eq!(add_months(day("2000-02-29"), 12), day("2001-02-28"));
        assert_eq!(add_months(NaiveDate::MAX, 1), NaiveDate::MAX);
        assert_eq!(add_months(NaiveDate::MIN, i32::MIN), NaiveDate::MIN);
    }

    #[test]
    fn global_today_is_shanghai() {
        let at = |text: &str| today_in_shanghai(text.parse().unwrap());
        assert_eq!(at("2025-09-26T15:59:59Z"), day("2025-09-26"));
        assert_eq!(at("2025-09-26T16:00:00Z"), day("2025-09-27"));
        let last = DateTime::<Utc>::MAX_UTC;
        assert_eq!(today_in_shanghai(last), last.date_naive());
    }
}
