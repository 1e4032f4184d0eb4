//! Tasks against resources by field (任务与资源增长比较), rule K: which fields outgrow what flows into them.

use rust_decimal::Decimal;

use crate::modules::tasks::rules::board::rate;

/// What a field of work had in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    /// Its tasks.
    pub tasks: i64,
    /// What flowed into it, in fen; none where nobody said so.
    pub amount: Option<i64>,
}

/// What stands out (研判结论).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Tasks and resources go together.
    InStep,
    /// Tasks rise year by year, resources less.
    Outgrown,
    /// Tasks fall year by year, resources do not.
    Unadjusted,
    /// Resources of the first or the last year are not known.
    Unknown,
}

/// Growth from one figure to another, in percent of the first with one decimal; from nothing there is none.
pub fn growth(first: i64, last: i64) -> Option<Decimal> {
    rate(last.checked_sub(first)?, first)
}

/// An amount of yuan in fen, if it is one: from 0, with at most two decimals, below ten thousand billion.
pub fn fen(yuan: Decimal) -> Option<i64> {
    let fen = yuan.checked_mul(Decimal::ONE_HUNDRED)?;
    let fits = fen >= Decimal::ZERO && fen.fract().is_zero();
    i64::try_from(fen.trunc()).ok().filter(|n| fits && *n < 1_000_000_000_000_000)
}

/// What stands out in a field over years in their order.
pub fn finding(years: &[Year]) -> Finding {
    let (Some(first), Some(last)) = (years.first(), years.last()) else { return Finding::Unknown };
    let (Some(before), Some(now)) = (first.amount, last.amount) else { return Finding::Unknown };
    let all = |holds: fn(i64, i64) -> bool| {
        years.len() > 1 && years.windows(2).all(|w| matches!(w, [a, b] if holds(a.tasks, b.tasks)))
    };
    // Compared crosswise, so that growth from nothing is growth too.
    let (tasks, money) = (i128::from(last.tasks) * i128::from(before), i128::from(now) * i128::from(first.tasks));
    if all(|a, b| b > a) && tasks > money {
        Finding::Outgrown
    } else if all(|a, b| b < a) && now >= before {
        Finding::Unadjusted
    } else {
        Finding::InStep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(rows: &[(i64, i64)]) -> Vec<Year> {
        rows.iter().map(|(tasks, amount)| Year { tasks: *tasks, amount: Some(*amount) }).collect()
    }

    #[test]
    fn k_fields_that_rise_without_resources_and_fall_with_them() {
        assert_eq!(finding(&years(&[(10, 100), (12, 100), (20, 110)])), Finding::Outgrown);
        assert_eq!(finding(&years(&[(10, 100), (12, 120), (20, 200)])), Finding::InStep);
        assert_eq!(finding(&years(&[(20, 100), (12, 90), (10, 100)])), Finding::Unadjusted);
        assert_eq!(finding(&years(&[(20, 100), (12, 90), (10, 50)])), Finding::InStep);
        assert_eq!(finding(&years(&[(20, 100), (12, 90), (14, 100)])), Finding::InStep, "not year by year");
    }

    #[test]
    fn k_amounts_are_whole_fen() {
        let fen = |text: &str| text.parse().ok().and_then(fen);
        assert_eq!((fen("12.34"), fen("0"), fen("100.000")), (Some(1234), Some(0), Some(10_000)));
        assert_eq!((fen("0.001"), fen("-1"), fen("99999999999999999999999999")), (None, None, None));
    }

    #[test]
    fn k_what_nobody_said_is_unknown_and_from_nothing_there_is_no_rate() {
        let mut rows = years(&[(10, 100), (20, 100)]);
        if let Some(last) = rows.last_mut() {
            last.amount = None;
        }
        assert_eq!((finding(&rows), finding(&[])), (Finding::Unknown, Finding::Unknown));
        assert_eq!(growth(0, 5), None);
        assert_eq!(growth(10, 15).map(|g| g.to_string()), Some("50.0".into()));
        assert_eq!(growth(10, 5).map(|g| g.to_string()), Some("-50.0".into()));
        assert_eq!(finding(&years(&[(0, 100), (5, 100)])), Finding::Outgrown);
    }
}
