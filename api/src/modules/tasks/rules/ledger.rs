//! The ledger (实绩账本), rule I-06: generated from what was done, split by the day of handover.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::modules::tasks::rules::board::rate;

/// The share of the first part of the people in all items (帕累托份额).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopShare {
    /// How many people that is: the floor.
    pub people: usize,
    /// Their items.
    pub items: i64,
    /// All items.
    pub total: i64,
    /// In percent, one decimal.
    pub share: Option<Decimal>,
}

/// The share of the top so many percent of people. Everybody counts, those without items too.
pub fn top_share(items: &[i64], percent: u32) -> TopShare {
    let mut sorted = items.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let people = usize::try_from(u64::from(percent.min(100)) * sorted.len() as u64 / 100).unwrap_or(sorted.len());
    let (top, total) = (sorted.iter().take(people).sum(), sorted.iter().sum());
    TopShare { people, items: top, total, share: rate(top, total) }
}

/// A time during which somebody answered for a task, by progress: what he found, what he left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Progress at the start.
    pub found: i32,
    /// Progress at the end, or now.
    pub left: i32,
    /// Whether he has handed it over.
    pub is_over: bool,
    /// Whether the task is done now.
    pub is_done: bool,
}

/// What of a task is whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// 前任留下的基础: found at the start.
    pub inherited: i32,
    /// 任上实绩: added during the turn.
    pub own: i32,
    /// 留给下任的包袱: what was open when he left.
    pub open: i32,
}

/// Splits a task's progress for one who answered for it.
pub fn split(turn: Turn) -> Split {
    let open = if turn.is_over || !turn.is_done { 100 - turn.left } else { 0 };
    Split { inherited: turn.found, own: turn.left - turn.found, open: open.max(0) }
}

/// What lies between two days of a task that somebody answered for: the day a duty began and ended, and its percents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// First day.
    pub from: NaiveDate,
    /// Day it passed to somebody else.
    pub until: Option<NaiveDate>,
    /// Progress at the first day.
    pub found: i32,
    /// Progress when it passed on, or now.
    pub left: i32,
    /// Day the task was done.
    pub finished: Option<NaiveDate>,
}

/// The part of a duty that lies in a period, by the task's record: progress with its day, in order.
///
/// What was done before the period counts as found, what was done after it as open: two periods that follow each other
/// never count a thing twice.
pub fn turn(duty: Duty, record: &[(NaiveDate, i32)], (first, last): (NaiveDate, NaiveDate)) -> Turn {
    let on = |holds: &dyn Fn(NaiveDate) -> bool| record.iter().rev().find(|(day, _)| holds(*day)).map(|(_, p)| *p);
    let found = if duty.from >= first { duty.found } else { on(&|day| day < first).unwrap_or(duty.found) };
    let is_over = duty.until.is_some_and(|day| day <= last);
    let left = if is_over { duty.left } else { on(&|day| day <= last).unwrap_or(found) };
    Turn { found, left, is_over, is_done: duty.finished.is_some_and(|day| day <= last) }
}

/// Work in percent of the mean of all, one decimal (标准化指数): 100 is the mean.
pub fn index(own: Decimal, all: Decimal, people: i64) -> Option<Decimal> {
    let hundredfold = own.checked_mul(Decimal::from(people))?.checked_mul(Decimal::ONE_HUNDRED)?;
    Some(one_decimal(hundredfold.checked_div(all)?))
}

/// Whether somebody had little to do in every one of some years: less than half the mean, K.
pub fn is_low(years: &[(i64, i64, i64)]) -> bool {
    // Own tasks, all tasks, all people of each year.
    !years.is_empty() && years.iter().all(|(own, all, people)| own.saturating_mul(*people).saturating_mul(2) < *all)
}

fn one_decimal(n: Decimal) -> Decimal {
    let mut n = n.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    n.rescale(1);
    n
}

/// Hours of standard work that a turn is worth: its share of the standard hours, made comparable by difficulty.
pub fn standard_hours(hours: i32, difficulty: i32, own_percent: i32) -> Decimal {
    let hundredths = i64::from(hours) * i64::from(difficulty) * i64::from(own_percent.max(0));
    Decimal::new(hundredths, 4).round_dp(2)
}

/// How busy somebody is: hours of work against hours there are (饱和度), in percent.
pub fn saturation(hours: Decimal, capacity: i64) -> Option<Decimal> {
    let share = hours.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(Decimal::from(capacity))?;
    Some(one_decimal(share))
}

/// Age band (年龄段), A-13.
pub fn age_band(age: i32) -> &'static str {
    match age {
        i32::MIN..=35 => "UP_TO_35",
        36..=45 => "FROM_36_TO_45",
        46..=55 => "FROM_46_TO_55",
        _ => "OVER_55",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn i_06_the_share_of_the_top_fifth() {
        // 66 of 330 hold 768 of 1000.
        let mut items = vec![12_i64; 42];
        items.extend([11_i64; 24]);
        items.extend(std::iter::repeat_n(1, 232));
        items.extend(std::iter::repeat_n(0, 32));
        let top = top_share(&items, 20);
        assert_eq!((items.len(), top.people, top.items, top.total), (330, 66, 768, 1000));
        assert_eq!(top.share.unwrap().to_string(), "76.8");
        assert_eq!(top_share(&[], 20).share, None);
        assert_eq!(top_share(&[5], 20).people, 0);
        assert_eq!(top_share(&items, 100).share.unwrap().to_string(), "100.0");
    }

    #[test]
    fn i_06_a_handover_splits_by_its_day() {
        let first = split(Turn { found: 0, left: 40, is_over: true, is_done: true });
        let second = split(Turn { found: 40, left: 100, is_over: false, is_done: true });
        assert_eq!(first, Split { inherited: 0, own: 40, open: 60 });
        assert_eq!(second, Split { inherited: 40, own: 60, open: 0 });
        assert_eq!(first.own + second.own, 100);
    }

    #[test]
    fn i_06_a_period_counts_what_was_done_in_it() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let record = [(day("2025-03-10"), 20), (day("2025-05-31"), 50), (day("2025-07-01"), 100)];
        let duty =
            Duty { from: day("2025-03-01"), until: None, found: 0, left: 100, finished: Some(day("2025-07-01")) };
        let split = |first: &str, last: &str| split(turn(duty, &record, (day(first), day(last))));
        assert_eq!(split("2025-01-01", "2025-04-30"), Split { inherited: 0, own: 20, open: 80 });
        assert_eq!(split("2025-05-01", "2025-06-30"), Split { inherited: 20, own: 30, open: 50 });
        assert_eq!(split("2025-07-01", "2025-12-31"), Split { inherited: 50, own: 50, open: 0 });
        assert_eq!(split("2025-01-01", "2025-12-31"), Split { inherited: 0, own: 100, open: 0 });
        let passed = Duty { until: Some(day("2025-06-01")), left: 50, ..duty };
        let turn = turn(passed, &record, (day("2025-01-01"), day("2025-12-31")));
        assert_eq!(turn, Turn { found: 0, left: 50, is_over: true, is_done: true });
    }

    #[test]
    fn i_06_little_load_is_little_in_every_year() {
        assert!(is_low(&[(1, 1000, 330)]) && is_low(&[(1, 1000, 330), (0, 10, 5)]));
        assert!(!is_low(&[(2, 1000, 330)]), "half of 3.03 is less than 2");
        assert!(!is_low(&[(1, 1000, 330), (1, 10, 5)]) && !is_low(&[]) && !is_low(&[(0, 0, 5)]));
    }

    #[test]
    fn i_06_an_index_of_100_is_the_mean() {
        let index = |own: i64, all: i64, people| index(own.into(), all.into(), people).map(|i| i.to_string());
        assert_eq!((index(30, 90, 3), index(45, 90, 3)), (Some("100.0".into()), Some("150.0".into())));
        assert_eq!(index(0, 0, 3), None);
    }

    #[test]
    fn i_06_standard_hours_make_comparable() {
        assert_eq!(standard_hours(40, 150, 50).to_string(), "30.00");
        assert_eq!(standard_hours(40, 100, 100).to_string(), "40.00");
        assert_eq!(saturation(Decimal::from(130), 160).unwrap().to_string(), "81.3");
        assert_eq!(saturation(Decimal::ONE, 0), None);
    }

    #[test]
    fn k_age_bands() {
        assert_eq!(
            [35, 36, 45, 46, 55, 56].map(age_band),
            ["UP_TO_35", "FROM_36_TO_45", "FROM_36_TO_45", "FROM_46_TO_55", "FROM_46_TO_55", "OVER_55"]
        );
    }
}
