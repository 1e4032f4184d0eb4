//! Death of a serving cadre (死亡), rules H-05 and C-14: what ends when.

use chrono::NaiveDate;

use crate::kernel::year_month::YearMonth;
use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// What a death brings to an end (善后时间).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aftermath {
    /// The last month that is paid (末次发薪月份).
    pub last_paid: YearMonth,
    /// The first month without pay (停发月份).
    pub pay_stops: YearMonth,
    /// The last month for which party dues are owed (末次党费月份), C-14.
    pub last_dues: YearMonth,
    /// The first day without the membership and the documents (组织关系、证件注销日).
    pub closed_from: NaiveDate,
}

/// What ends after a death on a day: pay and dues with its month, membership and documents the day after.
pub fn aftermath(died_on: NaiveDate) -> Aftermath {
    let month = YearMonth::of(died_on);
    Aftermath {
        last_paid: month,
        pay_stops: month.add_months(1),
        last_dues: month,
        closed_from: died_on.succ_opt().unwrap_or(died_on),
    }
}

/// Whether a death can have been on that day: not after the day it is recorded, not before the person was born.
pub fn check_day(died_on: NaiveDate, born: YearMonth, today: NaiveDate) -> Result<(), Refusal> {
    ensure(died_on <= today, || {
        Refusal::beyond("DEATH_DATE", today, died_on, "死亡日期不得晚于今天", "A death lies not in the future")
    })?;
    ensure(YearMonth::of(died_on) >= born, || {
        Refusal::beyond("DEATH_DATE", born, died_on, "死亡日期早于出生年月", "A death lies not before the birth")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    #[test]
    fn h_05_pay_stops_with_the_next_month() {
        let after = aftermath("2025-03-31".parse().unwrap());
        assert_eq!((after.last_paid.to_string(), after.pay_stops.to_string()), ("2025-03".into(), "2025-04".into()));
        assert_eq!(after.closed_from.to_string(), "2025-04-01");
        assert_eq!(aftermath("2025-12-01".parse().unwrap()).pay_stops.to_string(), "2026-01");
    }

    #[test]
    fn c_14_dues_of_the_month_of_death_are_still_owed() {
        assert_eq!(aftermath("2025-03-31".parse().unwrap()).last_dues.to_string(), "2025-03");
    }

    #[test]
    fn h_05_the_day_of_a_death() {
        let day = |died: &str| {
            let (born, today) = ("1965-05".parse().unwrap(), "2025-09-22".parse().unwrap());
            code(check_day(died.parse().unwrap(), born, today))
        };
        assert_eq!((day("2025-09-22"), day("2025-09-23"), day("1965-04-30")), ("OK", "DEATH_DATE", "DEATH_DATE"));
    }
}
