//! Typed columns of `custom_field` for the fields that are filtered and sorted by an index: a few of each kind, so that
//! installing a plug-in changes no table.

use std::collections::BTreeSet;

use declarative::FieldKind;

const TEXTS: [&str; 6] = ["t1", "t2", "t3", "t4", "t5", "t6"];
const NUMBERS: [&str; 3] = ["n1", "n2", "n3"];
const DAYS: [&str; 3] = ["d1", "d2", "d3"];

/// The columns that can hold a kind of field.
pub fn of(kind: &FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Text | FieldKind::Code(_) => &TEXTS,
        FieldKind::Integer => &NUMBERS,
        FieldKind::Date => &DAYS,
        FieldKind::Number | FieldKind::Boolean | FieldKind::Json => &[],
    }
}

/// A column by its name.
pub fn column(name: &str) -> Option<&'static str> {
    TEXTS.iter().chain(&NUMBERS).chain(&DAYS).find(|column| **column == name).copied()
}

/// The first column of a kind that is free.
pub fn free(kind: &FieldKind, taken: &BTreeSet<String>) -> Option<&'static str> {
    of(kind).iter().find(|column| !taken.contains(**column)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_given_out_in_order_and_end() {
        let taken = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
        assert_eq!(free(&FieldKind::Date, &taken(&["d1", "t1"])), Some("d2"));
        assert_eq!(free(&FieldKind::Integer, &taken(&NUMBERS)), None);
        assert_eq!(free(&FieldKind::Json, &taken(&[])), None);
        assert_eq!((column("t6"), column("data")), (Some("t6"), None));
    }
}
