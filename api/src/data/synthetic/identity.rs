//! Identity numbers with a right check character (J-02), no two alike.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::{
    data::synthetic::chance::Chance,
    modules::personnel::rules::id_number::{Sex, check_char},
};

/// Sequence numbers that one day in one place has for each sex.
pub const SLOTS: u64 = 499;

/// Gives identity numbers, each once.
pub struct IdNumbers {
    given: HashSet<String>,
    slot: Option<u64>,
}

impl IdNumbers {
    /// For people who are all made here.
    pub fn new() -> Self {
        Self { given: HashSet::new(), slot: None }
    }

    /// For one of several batches that are made apart: each takes sequence numbers of its own.
    pub fn of_slot(slot: u64) -> Self {
        Self { given: HashSet::new(), slot: Some(slot % SLOTS) }
    }

    /// The number of somebody of this sex born on this day in this place; none if the day is used up there.
    pub fn give(&mut self, chance: &mut Chance, place: &str, birth: NaiveDate, sex: Sex) -> Option<String> {
        // 002 to 999; the last digit's parity tells the sex.
        let pair = 1 + self.slot.unwrap_or_else(|| chance.between(0, SLOTS - 1));
        let sequence = pair * 2 + u64::from(sex == Sex::Male);
        let mut number = format!("{place}{}{sequence:03}", birth.format("%Y%m%d"));
        number.extend(check_char(&number));
        self.given.insert(number.clone()).then_some(number)
    }
}

impl Default for IdNumbers {
    fn default() -> Self {
        Self::new()
    }
}
