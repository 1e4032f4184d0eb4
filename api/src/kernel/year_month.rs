//! A calendar month (年月) without a day: what retirement is computed in (D-01).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const FIRST: i32 = 12; // 0001-01
const LAST: i32 = 9999 * 12 + 11; // 9999-12

/// A month (年月), written `YYYY-MM`; years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct YearMonth {
    /// year x 12 + month - 1, so that month arithmetic is plain addition.
    index: i32,
}

/// The text or the numbers do not name a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a month of the form YYYY-MM")]
pub struct YearMonthError;

impl YearMonth {
    /// The month of a year; refuses month 0 or 13 and years outside 1 to 9999.
    pub fn new(year: i32, month: u32) -> Result<Self, YearMonthError> {
        match (year, month) {
            (1..=9999, 1..=12) => Ok(Self { index: year * 12 + month as i32 - 1 }),
            _ => Err(YearMonthError),
        }
    }

    /// The month in which a date lies.
    pub fn of(date: NaiveDate) -> Self {
        Self::clamped(i64::from(date.year()) * 12 + i64::from(date.month0()))
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.index.div_euclid(12)
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.index.rem_euclid(12).unsigned_abs() + 1
    }

    /// The month `n` months later (earlier when negative); saturates at the years 1 and 9999.
    pub fn add_months(self, n: i32) -> Self {
        Self::clamped(i64::from(self.index) + i64::from(n))
    }

    /// How many months from this one to the other; negative when the other is earlier.
    pub fn months_until(self, other: Self) -> i32 {
        other.index - self.index
    }

    /// The first day of the month.
    pub fn first_day(self) -> NaiveDate {
        // The constructor keeps year and month inside chrono's range.
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).unwrap_or_default()
    }

    /// The last day of the month.
    pub fn last_day(self) -> NaiveDate {
        let next = self.first_day().checked_add_months(Months::new(1));
        next.and_then(|day| day.pred_opt()).unwrap_or_default()
    }

    fn clamped(index: i64) -> Self {
        let inside = index.clamp(i64::from(FIRST), i64::from(LAST));
        Self { index: i32::try_from(inside).unwrap_or(LAST) }
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for YearMonth {
    type Err = YearMonthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, month) = text.split_once('-').ok_or(YearMonthError)?;
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !is_digits(year) || !is_digits(month) {
            return Err(YearMonthError);
        }
        let year = year.parse().map_err(|_| YearMonthError)?;
        Self::new(year, month.parse().map_err(|_| YearMonthError)?)
    }
}

impl TryFrom<String> for YearMonth {
    type Error = YearMonthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<YearMonth> for String {
    fn from(month: YearMonth) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    #[test]
    fn arithmetic_crosses_years() {
        assert_eq!(month("1970-10").add_months(61 * 12 + 6), month("2032-04"));
        assert_eq!(month("2025-01").add_months(-1), month("2024-12"));
        assert_eq!(month("2024-12").months_until(month("2025-02")), 2);
        assert_eq!(month("2025-02").months_until(month("2024-12")), -2);
        assert_eq!(month("9999-12").add_months(i32::MAX), month("9999-12"));
        assert_eq!(month("0001-01").add_months(i32::MIN), month("0001-01"));
        assert!(month("2024-12") < month("2025-01"));
    }

    #[test]
    fn days_of_a_month() {
        assert_eq!(month("2024-02").last_day().to_string(), "2024-02-29");
        assert_eq!(month("2025-12").last_day().to_string(), "2025-12-31");
        assert_eq!(month("2025-08").first_day().to_string(), "2025-08-01");
        assert_eq!(YearMonth::of("2025-08-31".parse().unwrap()), month("2025-08"));
        assert_eq!(month("9999-12").last_day().to_string(), "9999-12-31");
    }

    #[test]
    fn text_and_json_round_trip() {
        assert_eq!(serde_json::to_string(&month("2025-03")).unwrap(), r#""2025-03""#);
        assert_eq!(serde_json::from_str::<YearMonth>(r#""2025-03""#).unwrap(), month("2025-03"));
        for wrong in ["2025-13", "2025-00", "2025-3", "202503", "+025-03", "2025-+3", ""] {
            assert_eq!(wrong.parse::<YearMonth>(), Err(YearMonthError), "{wrong}");
        }
    }
}
