//! The three plates (三色牌), rule I-02: what a unit's month plan of an item came to.

use std::{collections::BTreeMap, hash::Hash};

/// A plate (牌).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Colour {
    /// 绿牌：完成或超额完成
    Green,
    /// 黄牌：牵头连带
    Yellow,
    /// 红牌：未完成
    Red,
}

/// A unit's plan of a month for one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthPlan<U> {
    /// The responsible unit.
    pub unit: U,
    /// Planned quantity.
    pub planned: i32,
    /// Quantity done.
    pub done: i32,
}

/// A plate that is hung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hung<U> {
    /// The unit.
    pub unit: U,
    /// Colour.
    pub colour: Colour,
    /// Whether it is for another unit's failure.
    pub is_joint: bool,
    /// Planned quantity of its own plan; 0 of a joint plate.
    pub planned: i32,
    /// Quantity done of its own plan; 0 of a joint plate.
    pub done: i32,
}

/// The plates of one item for one month. Several plans of a unit are one; a plan that asks for nothing hangs no plate.
pub fn plates<U: Copy + Eq + Ord + Hash>(lead: U, plans: &[MonthPlan<U>]) -> Vec<Hung<U>> {
    let mut units: BTreeMap<U, (i32, i32)> = BTreeMap::new();
    for plan in plans.iter().filter(|p| p.planned > 0) {
        let sum = units.entry(plan.unit).or_default();
        // Too much of one plan does not make up for another that was missed.
        *sum = (sum.0.saturating_add(plan.planned), sum.1.saturating_add(plan.done.min(plan.planned)));
    }
    let mut hung: Vec<Hung<U>> = units
        .into_iter()
        .map(|(unit, (planned, done))| {
            let colour = if done >= planned { Colour::Green } else { Colour::Red };
            Hung { unit, colour, is_joint: false, planned, done }
        })
        .collect();
    let red = |unit: U| hung.iter().any(|h| h.unit == unit && h.colour == Colour::Red);
    let others_red = hung.iter().any(|h| h.unit != lead && h.colour == Colour::Red);
    if others_red && !red(lead) {
        hung.push(Hung { unit: lead, colour: Colour::Yellow, is_joint: true, planned: 0, done: 0 });
    }
    hung
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(unit: char, done: i32) -> MonthPlan<char> {
        MonthPlan { unit, planned: 10, done }
    }

    fn colours(lead: char, plans: &[MonthPlan<char>]) -> Vec<(char, Colour)> {
        plates(lead, plans).into_iter().map(|h| (h.unit, h.colour)).collect()
    }

    #[test]
    fn i_02_the_lead_unit_answers_for_a_red_plate() {
        assert_eq!(
            colours('A', &[plan('B', 9), plan('C', 12)]),
            [('B', Colour::Red), ('C', Colour::Green), ('A', Colour::Yellow)]
        );
    }

    #[test]
    fn i_02_a_unit_that_is_both_gets_red_only() {
        assert_eq!(
            colours('A', &[plan('A', 0), plan('B', 9), plan('C', 10)]),
            [('A', Colour::Red), ('B', Colour::Red), ('C', Colour::Green)]
        );
    }

    #[test]
    fn i_02_one_yellow_however_many_are_red() {
        let hung = plates('A', &[plan('B', 0), plan('C', 0)]);
        assert_eq!(hung.iter().filter(|h| h.colour == Colour::Yellow).count(), 1);
    }

    #[test]
    fn i_02_all_done_is_all_green() {
        assert_eq!(colours('A', &[plan('A', 10), plan('B', 11)]), [('A', Colour::Green), ('B', Colour::Green)]);
        assert_eq!(plates('A', &[MonthPlan { unit: 'B', planned: 0, done: 0 }]), []);
    }

    #[test]
    fn i_02_one_plan_does_not_make_up_for_another() {
        assert_eq!(colours('A', &[plan('A', 15), plan('A', 5)]), [('A', Colour::Red)]);
    }
}
