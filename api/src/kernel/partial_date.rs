//! Dates of day or month precision (部分日期, J-07): archives often know only year and month.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::civil::add_months;
use crate::kernel::year_month::YearMonth;

/// How exactly a partial date (部分日期) is known (J-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Precision {
    /// The day is known (精确到日).
    Day,
    /// Only the month is known (精确到月).
    Month,
}

/// A date known to the day or only to the month (部分日期, J-07); it never becomes day 1 silently.
///
/// Ordered by year, month, day; a month without a day sorts before the days of that month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    month: YearMonth,
    day: Option<u32>,
}

/// The text is not a date in any form of J-07, or names a day that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a date: use YYYY-MM-DD, YYYYMMDD, YYYY-MM, YYYYMM, YYYY.MM or 二〇二五年三月, naming a day that exists")]
pub struct PartialDateError;

impl PartialDate {
    /// A month without a day.
    pub fn of_month(month: YearMonth) -> Self {
        Self { month, day: None }
    }

    /// A full date.
    pub fn of_day(date: NaiveDate) -> Self {
        Self { month: YearMonth::of(date), day: Some(date.day()) }
    }

    /// Whether the day is known.
    pub fn precision(self) -> Precision {
        if self.day.is_some() { Precision::Day } else { Precision::Month }
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.month.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.month.month()
    }

    /// The day of the month when it is known.
    pub fn day(self) -> Option<u32> {
        self.day
    }

    /// The month (年月) in which the date lies.
    pub fn year_month(self) -> YearMonth {
        self.month
    }

    /// The full date, none when only the month is known.
    pub fn to_date(self) -> Option<NaiveDate> {
        self.day.and_then(|day| self.month.first_day().with_day(day))
    }

    /// The age (周岁) on a date: full years; a month-precision birth counts its birthday at the
    /// month's start (P). None before the birth.
    pub fn age_at(self, on: NaiveDate) -> Option<u32> {
        let birth = self.to_date().unwrap_or_else(|| self.month.first_day());
        if on < birth {
            return None;
        }
        let years = on.year() - birth.year();
        // add_months clamps, so one born on 29 February is a year older on 28 February.
        let is_birthday_ahead = add_months(birth, years * 12) > on;
        u32::try_from(years - i32::from(is_birthday_ahead)).ok()
    }

    fn build(year: &str, month: u32, day: Option<u32>) -> Option<Self> {
        let month = YearMonth::new(year.parse().ok()?, month).ok()?;
        match day {
            None => Some(Self::of_month(month)),
            Some(day) => month.first_day().with_day(day).map(Self::of_day),
        }
    }

    fn parse_digits(text: &str) -> Option<Self> {
        let month = text.get(4..6)?.parse().ok()?;
        match text.len() {
            6 => Self::build(&text[..4], month, None),
            8 => Self::build(&text[..4], month, Some(text[6..].parse().ok()?)),
            _ => None,
        }
    }

    /// Separated parts need two digits: in "1970.1" the zero of October may have been lost.
    fn parse_separated(text: &str, separator: char) -> Option<Self> {
        let parts: Vec<&str> = text.split(separator).collect();
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        if !parts.iter().all(|part| digits(part)) || !matches!(widths[..], [4, 2] | [4, 2, 2]) {
            return None;
        }
        Self::parse_digits(&parts.concat())
    }

    /// 二〇二五年三月, 二〇二五年三月五日 and the same with Arabic digits.
    fn parse_chinese(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('年')?;
        let (month, rest) = rest.split_once('月')?;
        let year: String = year.chars().map(digit).collect::<Option<_>>()?;
        let day = match rest {
            "" => None,
            rest => Some(number(rest.strip_suffix('日')?)?),
        };
        if year.len() != 4 {
            return None;
        }
        Self::build(&year, number(month)?, day)
    }
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '〇' | '零' | '○' => Some('0'),
        _ => "一二三四五六七八九".chars().zip('1'..='9').find(|(han, _)| *han == c).map(|(_, d)| d),
    }
}

/// A month or day number: 3, 03, 三, 十, 十二, 二十, 三十一.
fn number(text: &str) -> Option<u32> {
    let value = |part: &str| -> Option<u32> { part.chars().map(digit).collect::<Option<String>>()?.parse().ok() };
    let length = text.chars().count();
    match text.split_once('十') {
        None => value(text).filter(|_| length == 1 || (length == 2 && text.is_ascii())),
        Some(_) if length > 3 => None,
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { value(tens)? };
            let ones = if ones.is_empty() { 0 } else { value(ones)? };
            (tens <= 3 && ones <= 9).then_some(tens * 10 + ones)
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day {
            None => write!(f, "{}", self.month),
            Some(day) => write!(f, "{}-{day:02}", self.month),
        }
    }
}

impl FromStr for PartialDate {
    type Err = PartialDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let parsed = if text.contains('年') {
            Self::parse_chinese(text)
        } else if let Some(separator) = text.chars().find(|c| matches!(c, '-' | '.' | '/')) {
            Self::parse_separated(text, separator)
        } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::parse_digits(text)
        } else {
            None
        };
        parsed.ok_or(PartialDateError)
    }
}

impl TryFrom<String> for PartialDate {
    type Error = PartialDateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn j_07_forms() {
        for (text, shown) in [
            ("2025-03-05", "2025-03-05"),
            ("20250305", "2025-03-05"),
            ("2025-03", "2025-03"),
            ("202503", "2025-03"),
            ("2025.03", "2025-03"),
            ("2025.03.05", "2025-03-05"),
            ("197005", "1970-05"),
            ("二〇二五年三月", "2025-03"),
            ("二〇二五年三月五日", "2025-03-05"),
            ("二○二五年十二月三十一日", "2025-12-31"),
            ("一九七〇年十月二十日", "1970-10-20"),
            ("2025年3月", "2025-03"),
            (" 2025年03月05日 ", "2025-03-05"),
        ] {
            assert_eq!(date(text).to_string(), shown, "{text}");
        }
        assert_eq!(date("197005").precision(), Precision::Month);
        assert_eq!(date("2025-03-05").precision(), Precision::Day);
    }

    #[test]
    fn j_07_rejections() {
        for text in [
            "2025-02-30",
            "19700500",
            "197013",
            "1970.1",
            "1970-5-1",
            "1970",
            "",
            "2025-03.05",
            "2025-03-05-01",
            "二五年三月",
            "二〇二五年十三月",
            "二〇二五年二月三十日",
            "二〇二五年一二月",
            "二〇二五年三月五",
            "2025年三十十月",
            "0000-01",
            "+123-01",
            "２０２５",
            "2025年3月日",
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(PartialDateError), "{text}");
        }
    }

    #[test]
    fn j_07_age() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(date("1970.05").age_at(on("2025-05-01")), Some(55));
        assert_eq!(date("1970.05").age_at(on("2025-04-30")), Some(54));
        assert_eq!(date("1970-05-10").age_at(on("2025-05-09")), Some(54));
        assert_eq!(date("1970-05-10").age_at(on("2025-05-10")), Some(55));
        assert_eq!(date("2000-02-29").age_at(on("2025-02-28")), Some(25));
        assert_eq!(date("2025-05").age_at(on("2025-04-30")), None);
    }

    #[test]
    fn j_07_month_never_becomes_a_day() {
        assert_eq!((date("1970.05").to_date(), date("1970.05").day()), (None, None));
        assert!(date("1970-05") < date("1970-05-01") && date("1970-05-31") < date("1970-06"));
        assert_eq!(serde_json::to_string(&date("1970.05")).unwrap(), r#""1970-05""#);
        assert_eq!(serde_json::from_str::<PartialDate>(r#""197005""#).unwrap(), date("1970-05"));
        assert_eq!((date("1970-05").year(), date("1970-05").month()), (1970, 5));
    }
}
