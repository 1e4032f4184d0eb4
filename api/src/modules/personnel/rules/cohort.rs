//! Whose statutory month lies in a span of months: the births that a forecast looks for (D-06, E-09).

use super::retirement::{RetirementCategory, statutory};
use crate::kernel::{partial_date::PartialDate, year_month::YearMonth};

/// The longest delay there is, in months.
const LONGEST_DELAY: i32 = 60;
/// Nobody born more than this long before the original age is looked for.
const OLDEST: i32 = 60 * 12;

/// The first and the last birth month whose statutory month is `from` to `to`, both inclusive; none when
/// no birth month leads there. A later birth never retires earlier, so that all births between do too.
pub fn births(category: RetirementCategory, from: YearMonth, to: YearMonth) -> Option<(YearMonth, YearMonth)> {
    let base = category.base_age() as i32 * 12;
    let span = from.months_until(to);
    let months = (0..=span + LONGEST_DELAY).map(|i| from.add_months(i - base - LONGEST_DELAY));
    let mut found = months.filter(|birth| {
        let month = statutory(category, PartialDate::of_month(*birth)).month;
        from <= month && month <= to
    });
    let first = found.next()?;
    Some((first, found.next_back().unwrap_or(first)))
}

/// The births whose statutory month is before a month: people past it who still serve are errors (E-09).
pub fn overdue_births(category: RetirementCategory, before: YearMonth) -> Option<(YearMonth, YearMonth)> {
    births(category, before.add_months(-OLDEST), before.add_months(-1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::RetirementCategory::{F50, F55, F60, M60};
    use super::*;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    fn shown(range: Option<(YearMonth, YearMonth)>) -> String {
        range.map_or("none".into(), |(first, last)| format!("{first} {last}"))
    }

    #[test]
    fn d_01_births_of_a_span() {
        assert_eq!(shown(births(M60, month("2025-02"), month("2025-05"))), "1965-01 1965-04");
        assert_eq!(shown(births(F50, month("2025-03"), month("2025-03"))), "1975-02 1975-02");
        // No birth month leads to 2025-06: from May 1965 on the delay is two months.
        assert_eq!(shown(births(M60, month("2025-06"), month("2025-06"))), "none");
        assert_eq!(shown(births(M60, month("2024-12"), month("2024-12"))), "1964-12 1964-12");
    }

    #[test]
    fn d_01_a_span_holds_exactly_its_births() {
        for category in [M60, F55, F50, F60] {
            let (from, to) = (month("2026-11"), month("2031-11"));
            let (first, last) = births(category, from, to).unwrap();
            let at = |birth: YearMonth| statutory(category, PartialDate::of_month(birth)).month;
            assert!(at(first) >= from && at(last) <= to);
            assert!(at(first.add_months(-1)) < from && at(last.add_months(1)) > to);
        }
    }

    #[test]
    fn e_09_overdue() {
        let (_, last) = overdue_births(M60, month("2025-07")).unwrap();
        assert_eq!(last, month("1965-04"));
    }
}
