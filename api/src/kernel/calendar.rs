//! The national working-day calendar (工作日历): weekends, holidays and make-up workdays as data.
//!
//! Known trap 7: a working day can only be told with the State Council's yearly notice, so the
//! calendar refuses every question that reaches outside the years it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;
use thiserror::Error;

/// Why the working-day calendar (工作日历) refuses an answer or a data file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The computation needs a date outside the published years.
    #[error("the working-day calendar covers {first_year} to {last_year}, {date} is outside it")]
    OutOfRange {
        /// The first date that was needed and is not covered.
        date: NaiveDate,
        /// First covered year.
        first_year: i32,
        /// Last covered year.
        last_year: i32,
    },
    /// The calendar holds no year at all, so it refuses everything.
    #[error("the working-day calendar is empty: load a holiday table")]
    Empty,
    /// The years leave a hole, so spans across it could not be counted.
    #[error("the working-day calendar has no table for the year {0}")]
    MissingYear(i32),
    /// The holiday file cannot be used.
    #[error("the holiday table is not usable: {0}")]
    Malformed(String),
}

impl CalendarError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "CALENDAR_OUT_OF_RANGE",
            Self::Empty => "CALENDAR_EMPTY",
            Self::MissingYear(_) => "CALENDAR_MISSING_YEAR",
            Self::Malformed(_) => "CALENDAR_MALFORMED",
        }
    }
}

/// The working-day calendar (工作日历) of consecutive years.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkCalendar {
    years: BTreeMap<i32, YearTable>,
    /// Every working day, ascending: each question is one or two binary searches.
    workdays: Vec<NaiveDate>,
}

#[derive(Deserialize)]
struct HolidayFile {
    years: BTreeMap<i32, YearTable>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct YearTable {
    weekday_holidays: BTreeSet<NaiveDate>,
    make_up_workdays: BTreeSet<NaiveDate>,
}

impl YearTable {
    fn check(&self, year: i32) -> Result<(), CalendarError> {
        let (holidays, make_ups) = (&self.weekday_holidays, &self.make_up_workdays);
        let wrong = holidays
            .iter()
            .find(|d| d.year() != year || is_weekend(**d))
            .or_else(|| make_ups.iter().find(|d| d.year() != year || !is_weekend(**d)));
        match wrong {
            None => Ok(()),
            Some(day) => {
                Err(CalendarError::Malformed(format!("{day} does not belong in this list of the year {year}")))
            }
        }
    }

    fn is_workday(&self, date: NaiveDate) -> bool {
        if is_weekend(date) { self.make_up_workdays.contains(&date) } else { !self.weekday_holidays.contains(&date) }
    }
}

impl WorkCalendar {
    /// The built-in national table. Should it ever fail to parse, the calendar is empty and refuses
    /// everything: a wrong due date is worse than none, and so is a process that does not start.
    pub fn national() -> &'static Self {
        static NATIONAL: OnceLock<WorkCalendar> = OnceLock::new();
        NATIONAL.get_or_init(|| Self::from_json(include_str!("../../data/holidays-cn.json")).unwrap_or_default())
    }

    /// Reads a holiday table (`{"years": {"2025": {"weekdayHolidays": [], "makeUpWorkdays": []}}}`).
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        let file: HolidayFile =
            serde_json::from_str(text).map_err(|fault| CalendarError::Malformed(fault.to_string()))?;
        Self::build(file.years)
    }

    /// This calendar with the other's years added; a year present in both comes from `other`.
    pub fn merge(&self, other: &Self) -> Result<Self, CalendarError> {
        let mut years = self.years.clone();
        years.extend(other.years.clone());
        Self::build(years)
    }

    fn build(years: BTreeMap<i32, YearTable>) -> Result<Self, CalendarError> {
        let mut workdays = Vec::with_capacity(years.len() * 256);
        let mut previous: Option<i32> = None;
        for (&year, table) in &years {
            if let Some(before) = previous
                && before + 1 != year
            {
                return Err(CalendarError::MissingYear(before + 1));
            }
            previous = Some(year);
            table.check(year)?;
            let first = NaiveDate::from_ymd_opt(year, 1, 1)
                .ok_or_else(|| CalendarError::Malformed(format!("{year} is not a year")))?;
            let days = first.iter_days().take_while(|d| d.year() == year);
            workdays.extend(days.filter(|d| table.is_workday(*d)));
        }
        Ok(Self { years, workdays })
    }

    /// The first covered year, none when the calendar is empty.
    pub fn first_year(&self) -> Option<i32> {
        self.years.keys().next().copied()
    }

    /// The last covered year, none when the calendar is empty.
    pub fn last_year(&self) -> Option<i32> {
        self.years.keys().next_back().copied()
    }

    /// Whether the date is a working day (工作日), make-up days included.
    pub fn is_workday(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        self.cover(date)?;
        Ok(self.workdays.binary_search(&date).is_ok())
    }

    /// The n-th working day strictly after the date (the day itself is not counted); 0 is the date.
    pub fn add_workdays(&self, date: NaiveDate, n: u32) -> Result<NaiveDate, CalendarError> {
        self.cover(date)?;
        match n {
            0 => Ok(date),
            n => self.nth(self.rank(date).saturating_add(n as usize - 1)),
        }
    }

    /// The n-th working day strictly before the date; 0 is the date.
    pub fn sub_workdays(&self, date: NaiveDate, n: u32) -> Result<NaiveDate, CalendarError> {
        self.cover(date)?;
        if n == 0 {
            return Ok(date);
        }
        let before = self.workdays.partition_point(|d| *d < date);
        match before.checked_sub(n as usize) {
            Some(index) => self.nth(index),
            None => Err(self.outside(self.edge(false))),
        }
    }

    /// How many working days x have `after < x <= until`; 0 when `until` is not later.
    pub fn workdays_between(&self, after: NaiveDate, until: NaiveDate) -> Result<u32, CalendarError> {
        if until <= after {
            return Ok(0);
        }
        self.cover(after)?;
        self.cover(until)?;
        let days = self.rank(until) - self.rank(after);
        Ok(u32::try_from(days).unwrap_or(u32::MAX))
    }

    /// The date when it is a working day, else the next one (A-09: the last day moves on).
    pub fn first_workday_on_or_after(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        self.cover(date)?;
        self.nth(self.workdays.partition_point(|d| *d < date))
    }

    /// How many working days the calendar has up to and including the date.
    fn rank(&self, date: NaiveDate) -> usize {
        self.workdays.partition_point(|d| *d <= date)
    }

    fn nth(&self, index: usize) -> Result<NaiveDate, CalendarError> {
        let found = self.workdays.get(index).copied();
        found.ok_or_else(|| self.outside(self.edge(true)))
    }

    fn cover(&self, date: NaiveDate) -> Result<(), CalendarError> {
        if self.years.contains_key(&date.year()) { Ok(()) } else { Err(self.outside(date)) }
    }

    /// The first date past the end, or the last date before the start.
    fn edge(&self, is_end: bool) -> NaiveDate {
        let date = if is_end {
            self.last_year().and_then(|year| NaiveDate::from_ymd_opt(year + 1, 1, 1))
        } else {
            self.first_year().and_then(|year| NaiveDate::from_ymd_opt(year - 1, 12, 31))
        };
        date.unwrap_or_default()
    }

    fn outside(&self, date: NaiveDate) -> CalendarError {
        match (self.first_year(), self.last_year()) {
            (Some(first_year), Some(last_year)) => CalendarError::OutOfRange { date, first_year, last_year },
            _ => CalendarError::Empty,
        }
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn national_table_is_the_published_one() {
        let cal = WorkCalendar::national();
        assert_eq!((cal.first_year(), cal.last_year()), (Some(2023), Some(2026)));
        let workdays_of = |year: i32| cal.workdays.iter().filter(|d| d.year() == year).count();
        // 2025: 261 weekdays - 18 holidays + 5 make-up days; 2026: 261 - 19 + 6.
        assert_eq!((workdays_of(2025), workdays_of(2026)), (248, 248));
        for make_up in ["2025-01-26", "2025-09-28", "2026-02-28", "2026-10-10"] {
            assert_eq!(cal.is_workday(day(make_up)), Ok(true), "{make_up}");
        }
        for holiday in ["2025-05-05", "2025-10-08", "2026-02-23", "2026-09-25", "2025-10-04"] {
            assert_eq!(cal.is_workday(day(holiday)), Ok(false), "{holiday}");
        }
    }

    #[test]
    fn h_04_due_days() {
        let cal = WorkCalendar::national();
        assert_eq!(cal.add_workdays(day("2025-09-26"), 2), Ok(day("2025-09-29")));
        assert_eq!(cal.add_workdays(day("2025-09-30"), 2), Ok(day("2025-10-10")));
        assert_eq!(cal.add_workdays(day("2025-10-04"), 0), Ok(day("2025-10-04")));
        assert_eq!(cal.sub_workdays(day("2025-10-10"), 2), Ok(day("2025-09-30")));
    }

    #[test]
    fn b_05_publicity_days() {
        let cal = WorkCalendar::national();
        let count = |until: &str| cal.workdays_between(day("2025-04-28"), day(until));
        assert_eq!(cal.add_workdays(day("2025-04-28"), 5), Ok(day("2025-05-08")));
        assert_eq!((count("2025-05-07"), count("2025-05-09")), (Ok(4), Ok(6)));
        assert_eq!((count("2025-04-28"), count("2025-04-01")), (Ok(0), Ok(0)));
    }

    #[test]
    fn a_09_last_day_moves_to_a_workday() {
        let cal = WorkCalendar::national();
        let moved = |date: &str| cal.first_workday_on_or_after(day(date));
        assert_eq!(moved("2025-05-05"), Ok(day("2025-05-06")));
        assert_eq!(moved("2025-04-02"), Ok(day("2025-04-02")));
    }

    #[test]
    fn trap_7_refuses_past_its_end() {
        let cal = WorkCalendar::national();
        let outside = |date: &str| CalendarError::OutOfRange { date: day(date), first_year: 2023, last_year: 2026 };
        assert_eq!(cal.is_workday(day("2027-01-04")), Err(outside("2027-01-04")));
        assert_eq!(cal.add_workdays(day("2026-12-31"), 1), Err(outside("2027-01-01")));
        assert_eq!(cal.sub_workdays(day("2023-01-03"), 1), Err(outside("2022-12-31")));
        let across = cal.workdays_between(day("2026-12-01"), day("2027-01-01"));
        assert_eq!(across, Err(outside("2027-01-01")));
        let empty = WorkCalendar::default();
        assert_eq!(empty.is_workday(day("2025-01-02")), Err(CalendarError::Empty));
        assert_eq!(empty.add_workdays(day("2025-01-02"), 1), Err(CalendarError::Empty));
    }

    #[test]
    fn operator_adds_a_year() {
        let year = |y: i32, holidays: &str, make_ups: &str| {
            WorkCalendar::from_json(&format!(
                r#"{{"years":{{"{y}":{{"weekdayHolidays":[{holidays}],"makeUpWorkdays":[{make_ups}]}}}}}}"#
            ))
        };
        let next = year(2027, r#""2027-01-01""#, r#""2027-01-03""#).unwrap();
        let merged = WorkCalendar::national().merge(&next).unwrap();
        assert_eq!(merged.last_year(), Some(2027));
        assert_eq!(merged.add_workdays(day("2026-12-31"), 1), Ok(day("2027-01-03")));
        let gap = WorkCalendar::national().merge(&year(2028, "", "").unwrap());
        assert_eq!(gap, Err(CalendarError::MissingYear(2027)));
        for broken in [year(2027, r#""2027-01-02""#, ""), year(2027, "", r#""2027-01-04""#)] {
            assert_eq!(broken.unwrap_err().code(), "CALENDAR_MALFORMED");
        }
        assert!(WorkCalendar::from_json("[]").is_err());
    }
}
