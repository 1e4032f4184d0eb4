//! Reduction rates (精简率): how much less a matter asks for than before, rule H-03.

use rust_decimal::{Decimal, RoundingStrategy};

/// The reduction rate (精简率) in percent, half-up to one decimal: (22-5)/22 = 77.3 (H-03). None
/// when there was nothing before: a zero denominator is never 0 or 100 %.
pub fn reduction_rate(before: u32, after: u32) -> Option<Decimal> {
    percentage(i64::from(before) - i64::from(after), i64::from(before))
}

/// A share in percent (百分比), half-up to one decimal; none when the whole is zero.
pub fn percentage(part: i64, whole: i64) -> Option<Decimal> {
    let share = (Decimal::from(part) * Decimal::ONE_HUNDRED).checked_div(Decimal::from(whole))?;
    Some(half_up(share))
}

/// One decimal, half-up (四舍五入).
pub(super) fn half_up(value: Decimal) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(1);
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_03_reduction_rate() {
        let rate = |before, after| reduction_rate(before, after).map(|rate| rate.to_string());
        assert_eq!(rate(22, 5).as_deref(), Some("77.3"));
        assert_eq!(rate(20, 2).as_deref(), Some("90.0"));
        assert_eq!(rate(5, 5).as_deref(), Some("0.0"));
        assert_eq!(rate(5, 6).as_deref(), Some("-20.0"));
        assert_eq!(rate(0, 0), None);
    }

    #[test]
    fn global_percentages_are_half_up() {
        let share = |part, whole| percentage(part, whole).map(|share| share.to_string());
        assert_eq!(share(1, 2000).as_deref(), Some("0.1"));
        assert_eq!(share(7, 731).as_deref(), Some("1.0"));
        assert_eq!(share(126, 180).as_deref(), Some("70.0"));
        assert_eq!(share(1, 0), None);
    }
}
