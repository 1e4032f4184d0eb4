//! Questions thrown from a seed.

use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Map, Value as Json, json};

use super::rows::{List, Of, Rows, SENSITIVE, UNITS};

pub struct Dice<'r> {
    pub rng: StdRng,
    /// What the caller sees.
    pub rows: &'r Rows,
    /// Whether the caller sees the sensitive field.
    pub sensitive: bool,
}

impl Dice<'_> {
    pub fn condition(&mut self, list: &List, depth: usize) -> Json {
        let mut out = Map::new();
        for _ in 0..if depth == 0 { 1 } else { self.rng.random_range(1..=2) } {
            let (name, value) = match self.rng.random_range(0..if depth == 0 { 5 } else { 10 }) {
                5 => ("and", self.several(list, depth)),
                6 => ("or", self.several(list, depth)),
                7 => ("not", self.condition(list, depth - 1)),
                8 => (list.one, self.condition(&UNITS, depth - 1)),
                9 if list.many.is_some() => {
                    let word = *["some", "none", "every"].choose(&mut self.rng).unwrap();
                    (list.many.unwrap(), json!({ word: self.condition(&UNITS, depth - 1) }))
                }
                _ => self.leaf(list),
            };
            out.insert(name.into(), value);
        }
        Json::Object(out)
    }

    fn several(&mut self, list: &List, depth: usize) -> Json {
        (0..self.rng.random_range(1..=2)).map(|_| self.condition(list, depth - 1)).collect()
    }

    fn fields(&self, list: &List) -> Vec<(&'static str, Of, bool)> {
        list.fields.iter().filter(|f| self.sensitive || f.0 != SENSITIVE).copied().collect()
    }

    fn leaf(&mut self, list: &List) -> (&'static str, Json) {
        let (name, of, _) = *self.fields(list).choose(&mut self.rng).unwrap();
        let mut operators = vec!["eq", "ne", "in", "notIn", "isNull"];
        if !matches!(of, Of::Code | Of::Id) {
            operators.extend(["lt", "lte", "gt", "gte"]);
        }
        if of == Of::Text {
            operators.extend(["contains", "startsWith"]);
        }
        let operator = *operators.choose(&mut self.rng).unwrap();
        let value = match operator {
            "isNull" => json!(self.rng.random_bool(0.5)),
            "in" | "notIn" => (0..self.rng.random_range(1..=4)).map(|_| self.value(list, name, of)).collect(),
            "contains" | "startsWith" => {
                let text = self.value(list, name, of);
                let letters: Vec<char> = text.as_str().unwrap().chars().collect();
                let from = if operator == "contains" { self.rng.random_range(0..=letters.len() / 2) } else { 0 };
                let until = self.rng.random_range(from..=letters.len());
                json!(letters[from..until].iter().collect::<String>())
            }
            _ => self.value(list, name, of),
        };
        (name, json!({ operator: value }))
    }

    /// A value that some row has, or now and then one that none has.
    fn value(&mut self, list: &List, name: &str, of: Of) -> Json {
        let none = match of {
            Of::Text => json!("无Z'%_"),
            Of::Number => json!(-7),
            Of::Day => json!("1999-09-09"),
            Of::Code => json!("CONGRESS_AND_MASS"),
            Of::Id => json!("uni_00000000000000000000000000000000"),
        };
        let known: Vec<&Json> = self.rows.of(list).iter().map(|r| &r[name]).filter(|v| !v.is_null()).collect();
        if self.rng.random_bool(0.1) { none } else { known.choose(&mut self.rng).map_or(none, |v| (*v).clone()) }
    }

    /// An order: field, descending, nulls first.
    pub fn keys(&mut self, list: &List) -> Vec<(String, bool, bool)> {
        let own = self.fields(list);
        let sortable: Vec<&str> = own.iter().filter(|f| f.2).map(|f| f.0).chain(list.through.iter().copied()).collect();
        let count = self.rng.random_range(1..=3);
        let chosen: Vec<&str> = sortable.choose_multiple(&mut self.rng, count).copied().collect();
        chosen.iter().map(|f| (f.to_string(), self.rng.random_bool(0.5), self.rng.random_bool(0.5))).collect()
    }

    /// Fields under names of their own.
    pub fn selection(&mut self, list: &List) -> Vec<(String, &'static str)> {
        let own = self.fields(list);
        let count = self.rng.random_range(1..=own.len());
        let chosen: Vec<&(&str, Of, bool)> = own.choose_multiple(&mut self.rng, count).collect();
        chosen.iter().enumerate().map(|(i, f)| (format!("k{i}"), f.0)).collect()
    }

    /// What rows are grouped by; nothing now and then.
    pub fn groups(&mut self, list: &List) -> Vec<&'static str> {
        let count = self.rng.random_range(0..=3);
        list.groups.choose_multiple(&mut self.rng, count).copied().collect()
    }
}
