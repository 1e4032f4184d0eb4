//! How long a task force lasts and who makes it up (专班), C-13.

use chrono::{Days, NaiveDate};

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// The most days from a task force's first day to its last; a default of ours.
pub const LONGEST: u64 = 731;

/// Refuses days that end before they begin, end before today or last too long (期限).
pub fn check_days(from: NaiveDate, until: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    let first = from.max(today);
    ensure(until >= first, || {
        Refusal::beyond("ENDS_TOO_EARLY", first, until, "截止日期过早", "The last day is too early")
    })?;
    let last = from.checked_add_days(Days::new(LONGEST)).unwrap_or(NaiveDate::MAX);
    ensure(until <= last, || {
        Refusal::beyond("LASTS_TOO_LONG", last, until, "专班期限过长", "The task force lasts too long")
    })
}

/// Refuses members of fewer than two units (跨单位): a task force of one unit is that unit.
pub fn check_units<T: Ord + Copy>(units: &[T]) -> Result<(), Refusal> {
    let mut distinct = units.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    ensure(distinct.len() >= 2, || {
        Refusal::beyond(
            "ONE_UNIT_ONLY",
            2,
            distinct.len(),
            "成员应来自至少两个单位",
            "Members come from at least two units",
        )
    })
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
    fn c_13_rights_for_a_time_have_an_end() {
        let check = |from, until| code(check_days(day(from), day(until), day("2025-09-22")));
        assert_eq!(check("2025-09-22", "2025-09-22"), "OK");
        assert_eq!(check("2025-09-22", "2025-09-21"), "ENDS_TOO_EARLY");
        assert_eq!(check("2025-10-08", "2025-10-07"), "ENDS_TOO_EARLY");
        assert_eq!(check("2025-01-01", "2025-09-21"), "ENDS_TOO_EARLY");
        assert_eq!(check("2025-09-22", "2027-09-23"), "OK");
        assert_eq!(check("2025-09-22", "2027-09-24"), "LASTS_TOO_LONG");
    }

    #[test]
    fn c_13_members_come_from_several_units() {
        assert_eq!(code(check_units(&[1, 2])), "OK");
        assert_eq!(code(check_units(&[1, 1])), "ONE_UNIT_ONLY");
        assert_eq!(code(check_units::<u8>(&[])), "ONE_UNIT_ONLY");
    }
}
