//! Plans of years, months and weeks that add up (年月周计划), rules I-02 and I-03.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::{kernel::civil::add_months, modules::personnel::rules::refusal::Refusal};

/// A period (周期).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// 年
    Year,
    /// 月
    Month,
    /// 周, from Monday
    Week,
}

/// First and last day of the period that a day lies in.
pub fn around(period: Period, day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let before = |next: NaiveDate| next.pred_opt().unwrap_or(next);
    match period {
        Period::Year => {
            let first = day.with_ordinal(1).unwrap_or(day);
            (first, before(add_months(first, 12)))
        }
        Period::Month => {
            let first = day.with_day(1).unwrap_or(day);
            (first, before(add_months(first, 1)))
        }
        Period::Week => {
            let week = day.week(Weekday::Mon);
            (week.first_day(), week.first_day().checked_add_days(Days::new(6)).unwrap_or(day))
        }
    }
}

/// First and last day of a year.
pub fn year(n: i32) -> (NaiveDate, NaiveDate) {
    around(Period::Year, NaiveDate::from_ymd_opt(n, 1, 1).unwrap_or_default())
}

/// A period begins on its first day: a year on 1 January, a month on the 1st, a week on a Monday.
pub fn begins(period: Period, starts_on: NaiveDate) -> Result<(), Refusal> {
    let first = around(period, starts_on).0;
    if first == starts_on {
        return Ok(());
    }
    Err(Refusal::beyond("INVALID_VALUE", first, starts_on, "不是周期的首日", "It is not the period's first day"))
}

/// Finer plans add up to the coarser: they never ask for more than it, and together for all of it once they are whole.
pub fn add_up(coarse: i32, finer: &[i32]) -> Result<(), Refusal> {
    let sum: i64 = finer.iter().map(|n| i64::from(*n)).sum();
    if sum <= i64::from(coarse) {
        return Ok(());
    }
    let (zh, en) = ("下级周期计划之和超过上级计划", "The finer plans ask for more than the coarser");
    Err(Refusal::beyond("PLANS_DO_NOT_ADD_UP", coarse, sum, zh, en))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn i_03_periods_begin_on_their_first_day() {
        assert_eq!(around(Period::Year, day("2025-09-22")), (day("2025-01-01"), day("2025-12-31")));
        assert_eq!(around(Period::Month, day("2024-02-11")), (day("2024-02-01"), day("2024-02-29")));
        assert_eq!(around(Period::Week, day("2025-09-24")), (day("2025-09-22"), day("2025-09-28")));
        assert_eq!(code(begins(Period::Week, day("2025-09-22"))), "OK");
        assert_eq!(code(begins(Period::Week, day("2025-09-23"))), "INVALID_VALUE");
        assert_eq!(code(begins(Period::Month, day("2025-09-02"))), "INVALID_VALUE");
        assert_eq!(code(begins(Period::Year, day("2025-01-01"))), "OK");
    }

    #[test]
    fn i_02_months_add_up_to_the_year() {
        assert_eq!(code(add_up(120, &[10; 12])), "OK");
        assert_eq!(code(add_up(120, &[60, 60, 1])), "PLANS_DO_NOT_ADD_UP");
        assert_eq!(code(add_up(120, &[])), "OK");
    }
}
