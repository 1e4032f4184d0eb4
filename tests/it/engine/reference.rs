//! A naive evaluator of conditions over rows in memory, with the three truth values of SQL.

use serde_json::Value as Json;

/// Whether a row satisfies a condition; `None` where an absent value leaves it open.
/// `rows` are all rows of the row's list and `related` leads from a row over a relation.
pub fn holds(row: &Json, condition: &Json, related: &dyn Fn(&Json, &str) -> Option<Vec<Json>>) -> Option<bool> {
    let parts = condition.as_object().unwrap().iter();
    all(parts.map(|(name, value)| match name.as_str() {
        "and" => all(value.as_array().unwrap().iter().map(|c| holds(row, c, related))),
        "or" => all(value.as_array().unwrap().iter().map(|c| holds(row, c, related).map(|b| !b))).map(|b| !b),
        "not" => holds(row, value, related).map(|b| !b),
        field => match related(row, field) {
            None => compared(&row[field], value),
            Some(others) => Some(across(&others, value, related)),
        },
    }))
}

/// A relation to one exists and satisfies; one to many by its words.
fn across(others: &[Json], value: &Json, related: &dyn Fn(&Json, &str) -> Option<Vec<Json>>) -> bool {
    let words = value.as_object().unwrap();
    if !words.keys().all(|w| ["some", "none", "every"].contains(&w.as_str())) {
        return others.iter().any(|o| holds(o, value, related) == Some(true));
    }
    words.iter().all(|(word, condition)| match word.as_str() {
        "some" => others.iter().any(|o| holds(o, condition, related) == Some(true)),
        "none" => !others.iter().any(|o| holds(o, condition, related) == Some(true)),
        _ => !others.iter().any(|o| holds(o, condition, related) == Some(false)),
    })
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => open = true,
            Some(true) => {}
        }
    }
    if open { None } else { Some(true) }
}

fn compared(value: &Json, operators: &Json) -> Option<bool> {
    all(operators.as_object().unwrap().iter().map(|(operator, wanted)| {
        if operator == "isNull" {
            return Some(value.is_null() == wanted.as_bool().unwrap());
        }
        if value.is_null() {
            return None;
        }
        let order = |wanted: &Json| match (value.as_i64(), wanted.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => value.as_str().cmp(&wanted.as_str()),
        };
        let text = |json: &'_ Json| json.as_str().unwrap_or_default().to_string();
        Some(match operator.as_str() {
            "eq" => value == wanted,
            "ne" => value != wanted,
            "in" => wanted.as_array().unwrap().contains(value),
            "notIn" => !wanted.as_array().unwrap().contains(value),
            "lt" => order(wanted).is_lt(),
            "lte" => order(wanted).is_le(),
            "gt" => order(wanted).is_gt(),
            "gte" => order(wanted).is_ge(),
            "contains" => text(value).contains(&text(wanted)),
            "startsWith" => text(value).starts_with(&text(wanted)),
            other => panic!("no operator {other}"),
        })
    }))
}
