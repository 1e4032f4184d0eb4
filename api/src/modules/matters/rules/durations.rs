//! Duration figures (办理时长) in working days, rules H-04 and K: mean and 95th percentile.

use rust_decimal::Decimal;

use super::reduction::half_up;

/// The mean (平均办理工作日), half-up to one decimal; none without durations.
pub fn mean(days: &[u32]) -> Option<Decimal> {
    let sum: u64 = days.iter().copied().map(u64::from).sum();
    Decimal::from(sum).checked_div(Decimal::from(days.len())).map(half_up)
}

/// The 95th percentile by nearest rank (P95): the smallest duration that at least 95 % of all do not
/// exceed; none without durations.
pub fn p95(days: &[u32]) -> Option<u32> {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * 95).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_mean_of_working_days() {
        let shown = |days: &[u32]| mean(days).map(|mean| mean.to_string());
        assert_eq!(shown(&[1, 2]).as_deref(), Some("1.5"));
        assert_eq!(shown(&[2, 2, 2]).as_deref(), Some("2.0"));
        assert_eq!(shown(&[0, 0, 0, 1]).as_deref(), Some("0.3"));
        assert_eq!(shown(&[]), None);
    }

    #[test]
    fn k_p95_by_nearest_rank() {
        let hundred: Vec<u32> = (1..=100).rev().collect();
        assert_eq!(p95(&hundred), Some(95));
        let twenty: Vec<u32> = (1..=20).collect();
        assert_eq!((p95(&twenty), p95(&twenty[..19])), (Some(19), Some(19)));
        assert_eq!((p95(&[7]), p95(&[])), (Some(7), None));
    }
}
