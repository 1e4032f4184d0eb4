//! The board (天工榜), rule I-03: rates of completion, lamps and plates, and the order that follows from them.

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

/// Counts of lamps by colour, white among them (K-trap).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lamps {
    /// 白灯
    pub white: i64,
    /// 蓝灯
    pub blue: i64,
    /// 绿灯
    pub green: i64,
    /// 黄灯
    pub yellow: i64,
    /// 红灯
    pub red: i64,
}

impl Lamps {
    /// All of them: worked out, never kept.
    pub fn total(&self) -> i64 {
        self.white + self.blue + self.green + self.yellow + self.red
    }
}

/// Counts of plates by colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plates {
    /// 绿牌
    pub green: i64,
    /// 黄牌
    pub yellow: i64,
    /// 红牌
    pub red: i64,
}

impl Plates {
    /// All of them.
    pub fn total(&self) -> i64 {
        self.green + self.yellow + self.red
    }
}

/// Part of a whole in percent, one decimal, half up; nothing of nothing is none.
pub fn rate(part: i64, whole: i64) -> Option<Decimal> {
    let share = Decimal::from(part).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(Decimal::from(whole))?;
    let mut share = share.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    share.rescale(1);
    Some(share)
}

/// Weights of the score (KPI 权重), in percent of 100; a tenant's rule set `tasks` may change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Of the rate of completion.
    pub completion: i32,
    /// Of the lamps that are not red.
    pub lamps: i32,
    /// Of the plates that are green.
    pub plates: i32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { completion: 60, lamps: 20, plates: 20 }
    }
}

/// Whether weights add up to 100, none below 0.
pub fn weights_fit(weights: Weights) -> bool {
    let all = [weights.completion, weights.lamps, weights.plates];
    all.iter().all(|w| *w >= 0) && all.iter().sum::<i32>() == 100
}

/// What a unit, a person or an item has to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tasks planned for the period.
    pub planned: i64,
    /// Those done.
    pub done: i64,
    /// Lamps.
    pub lamps: Lamps,
    /// Plates.
    pub plates: Plates,
    /// Code, by which ties are broken.
    pub code: String,
}

impl Figures {
    /// The score out of 100: what has nothing to show in a part gets that part's weight shared among the others.
    pub fn score(&self, weights: Weights) -> Option<Decimal> {
        let parts = [
            (rate(self.done, self.planned), weights.completion),
            (rate(self.lamps.total() - self.lamps.red, self.lamps.total()), weights.lamps),
            (rate(self.plates.green, self.plates.total()), weights.plates),
        ];
        let (mut sum, mut weight) = (Decimal::ZERO, Decimal::ZERO);
        for (rate, share) in parts {
            if let Some(rate) = rate {
                sum += rate * Decimal::from(share);
                weight += Decimal::from(share);
            }
        }
        let mut score = sum.checked_div(weight)?.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        score.rescale(1);
        Some(score)
    }
}

/// The order of the board: completion, then fewer red, fewer yellow, more blue lamps, then the code. Who has nothing
/// planned stands behind all who have.
pub fn order(a: &Figures, b: &Figures) -> Ordering {
    let share = |part: i64, whole: i64| (whole > 0).then(|| Decimal::from(part) / Decimal::from(whole));
    let lamp = |f: &Figures, part: i64| share(part, f.lamps.total()).unwrap_or(Decimal::ZERO);
    share(b.done, b.planned)
        .cmp(&share(a.done, a.planned))
        .then_with(|| lamp(a, a.lamps.red).cmp(&lamp(b, b.lamps.red)))
        .then_with(|| lamp(a, a.lamps.yellow).cmp(&lamp(b, b.lamps.yellow)))
        .then_with(|| lamp(b, b.lamps.blue).cmp(&lamp(a, a.lamps.blue)))
        .then_with(|| a.code.cmp(&b.code))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(rate: Option<Decimal>) -> String {
        rate.unwrap().to_string()
    }

    #[test]
    fn i_03_plates_of_the_seed() {
        let plates = Plates { green: 724, yellow: 0, red: 7 };
        assert_eq!(plates.total(), 731);
        assert_eq!(text(rate(plates.red, plates.total())), "1.0");
        assert_eq!(text(rate(plates.green, plates.total())), "99.0");
        assert_eq!(rate(0, 0), None, "nothing of nothing is no rate");
    }

    #[test]
    fn k_trap_white_lamps_are_counted() {
        let lamps = Lamps { white: 1, green: 211, blue: 21, yellow: 0, red: 8 };
        assert_eq!(lamps.total(), 241);
        assert_eq!(text(rate(lamps.green, lamps.total())), "87.6");
        assert_eq!(text(rate(lamps.white, lamps.total())), "0.4");
        assert_eq!(text(rate(lamps.blue, lamps.total())), "8.7");
        assert_eq!(text(rate(lamps.red, lamps.total())), "3.3");
    }

    #[test]
    fn i_03_the_order_of_the_board() {
        let of = |code: &str, done, red, yellow, blue| Figures {
            planned: 10,
            done,
            lamps: Lamps { white: 20 - red - yellow - blue, blue, green: 0, yellow, red },
            plates: Plates::default(),
            code: code.into(),
        };
        let nothing = Figures { code: "0".into(), ..Figures::default() };
        let wanted = [
            of("f", 9, 5, 5, 0),
            of("e", 8, 0, 1, 0),
            of("d", 8, 1, 0, 9),
            of("c", 8, 1, 1, 4),
            of("b", 8, 1, 1, 3),
            of("g", 8, 1, 1, 3),
            nothing,
        ];
        let mut mixed = wanted.to_vec();
        mixed.reverse();
        mixed.sort_by(order);
        assert_eq!(mixed, wanted);
    }

    #[test]
    fn i_03_weights_add_up() {
        assert!(weights_fit(Weights::default()));
        assert!(!weights_fit(Weights { completion: 60, lamps: 20, plates: 10 }));
        assert!(!weights_fit(Weights { completion: 120, lamps: -40, plates: 20 }));
        let figures = Figures {
            planned: 10,
            done: 9,
            lamps: Lamps { green: 8, red: 2, ..Lamps::default() },
            plates: Plates { green: 1, yellow: 0, red: 1 },
            code: String::new(),
        };
        // 90 × 60% + 80 × 20% + 50 × 20%
        assert_eq!(text(figures.score(Weights::default())), "80.0");
        let without = Figures { plates: Plates::default(), ..figures };
        assert_eq!(text(without.score(Weights::default())), "87.5");
        assert_eq!(Figures::default().score(Weights::default()), None);
    }
}
