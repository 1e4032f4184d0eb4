//! The cost of an operation, from its text and variables alone.
//!
//! Every field costs 1 and what lies below it; what lies below the rows of a list costs that for every row
//! that may come. A fragment is measured once however often it is spread, so that the work is linear in
//! the document while the figure may be exponential; it saturates.

use std::collections::HashMap;

use async_graphql::{
    Value as ConstValue,
    parser::types::{Field, OperationType, Selection, SelectionSet},
};

use crate::graph::selection::Doc;

/// Rows of a list when no page size is given, and the most that a page may have.
const PAGE: u64 = 20;
const LARGEST: u64 = 100;
/// A command writes, audits and reads again.
const COMMAND: u64 = 10;
/// Rows are counted or summed up that nobody sees.
const GATHERED: u64 = 50;
/// A plug-in's component is asked.
const PROGRAMMED: u64 = 200;
/// The schema is a megabyte.
const SCHEMA: u64 = 1_000;
/// Arguments that the database works out for every row, wherever they stand.
const CONDITIONS: [&str; 3] = ["where", "having", "orderBy"];
/// A condition across a list looks into another table, for every row.
const ACROSS: u64 = 10;

/// The cost of the operation; at least 1.
///
/// The recursion follows brackets of the text, which the guard has bounded, and spreads, which it has
/// found free of cycles and short enough in all.
/// `programmed` tells root fields that a program answers.
pub(super) fn cost<'a>(doc: Doc<'a>, programmed: &'a dyn Fn(&str) -> bool) -> u64 {
    let mut measure = Measure { doc, programmed, fragments: HashMap::new() };
    let set = &doc.operation.selection_set.node;
    let below = measure.set(set, Rows { each: 1 });
    let commands = match doc.operation.ty {
        OperationType::Mutation => COMMAND.saturating_mul(u64::try_from(set.items.len()).unwrap_or(u64::MAX)),
        OperationType::Query | OperationType::Subscription => 0,
    };
    below.saturating_add(commands).max(1)
}

/// How many rows a list may have; they multiply what stands below `nodes` and `edges`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Rows {
    each: u64,
}

struct Measure<'a> {
    doc: Doc<'a>,
    programmed: &'a dyn Fn(&str) -> bool,
    fragments: HashMap<(&'a str, Rows), u64>,
}

impl<'a> Measure<'a> {
    fn set(&mut self, set: &'a SelectionSet, rows: Rows) -> u64 {
        set.items.iter().fold(0_u64, |sum, item| {
            sum.saturating_add(match &item.node {
                Selection::Field(field) => self.field(&field.node, rows),
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node, rows),
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str(), rows),
            })
        })
    }

    fn fragment(&mut self, name: &'a str, rows: Rows) -> u64 {
        if let Some(known) = self.fragments.get(&(name, rows)) {
            return *known;
        }
        let Some(fragment) = self.doc.fragments.get(name) else { return 0 };
        let cost = self.set(&fragment.node.selection_set.node, rows);
        self.fragments.insert((name, rows), cost);
        cost
    }

    fn field(&mut self, field: &'a Field, rows: Rows) -> u64 {
        let name = field.name.node.as_str();
        let below = self.set(&field.selection_set.node, self.rows(field));
        let own = match name {
            "totalCount" => GATHERED,
            "__schema" | "__type" => SCHEMA,
            _ if name.ends_with("Aggregate") => GATHERED,
            _ if (self.programmed)(name) => PROGRAMMED,
            _ => 1,
        };
        let whole = below.saturating_add(own).saturating_add(self.conditions(field));
        match name {
            // The rows of the list around it.
            "nodes" | "edges" if !field.selection_set.node.items.is_empty() && !self.has_ids(field) => {
                whole.saturating_mul(rows.each)
            }
            "nodes" => whole.saturating_mul(self.ids(field)),
            _ => whole,
        }
    }

    /// What a field's conditions and its order cost.
    fn conditions(&self, field: &Field) -> u64 {
        let given = CONDITIONS.iter().filter_map(|name| self.argument(field, name));
        given.fold(0_u64, |sum, value| sum.saturating_add(conditions(&value)))
    }

    /// The rows of a list as its arguments bound them.
    fn rows(&self, field: &Field) -> Rows {
        let page = ["first", "last"].iter().filter_map(|name| self.argument(field, name)).find_map(number);
        // What is beyond a page's largest size is refused when it is read.
        Rows { each: page.unwrap_or(PAGE).clamp(1, LARGEST) }
    }

    fn has_ids(&self, field: &Field) -> bool {
        field.get_argument("ids").is_some()
    }

    fn ids(&self, field: &Field) -> u64 {
        match self.argument(field, "ids") {
            Some(ConstValue::List(ids)) => u64::try_from(ids.len()).unwrap_or(u64::MAX),
            _ => 1,
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<ConstValue> {
        self.doc.argument(&field.get_argument(name)?.node)
    }
}

/// Every word of a condition costs 1 and what lies below it, one across a list more; values cost nothing.
fn conditions(value: &ConstValue) -> u64 {
    match value {
        ConstValue::Object(members) => members.iter().fold(0_u64, |sum, (name, below)| {
            let own = if matches!(name.as_str(), "some" | "none" | "every") { ACROSS } else { 1 };
            sum.saturating_add(own).saturating_add(conditions(below))
        }),
        ConstValue::List(items) => items.iter().fold(0_u64, |sum, item| sum.saturating_add(conditions(item))),
        _ => 0,
    }
}

fn number(value: ConstValue) -> Option<u64> {
    match value {
        ConstValue::Number(number) => number.as_u64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_query};
    use serde_json::json;

    use super::*;

    fn of(query: &str, variables: serde_json::Value) -> u64 {
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let variables = Variables::from_json(variables);
        cost(
            Doc { fragments: &document.fragments, operation: &operation.node, variables: &variables, open: &[] },
            &|name| name == "bwly_hours",
        )
    }

    #[test]
    fn fields_cost_one_and_lists_multiply() {
        for (query, expected) in [
            ("{ __typename }", 1),
            ("{ unit(id: 1) { id name } }", 3),
            ("{ bwly_hours { cadre } again: bwly_hours { cadre } }", 402),
            ("{ units(first: 10) { nodes { id name } } }", 1 + 10 * 3),
            ("{ units(last: 10) { edges { cursor node { id } } } }", 1 + 10 * 4),
            ("{ units { nodes { id } } }", 1 + 20 * 2),
            ("{ units(first: 10) { totalCount pageInfo { hasNextPage } nodes { id } } }", 1 + 50 + 2 + 10 * 2),
            ("{ units(first: 10) { nodes { cadres(first: 10) { nodes { id } } } } }", 1 + 10 * (1 + (1 + 10 * 2))),
            ("{ units(first: 2) { ...F } } fragment F on UnitConnection { nodes { id } }", 1 + 2 * 2),
            (
                "{ a: units(first: 2) { ...F } b: units(first: 3) { ...F } } fragment F on UnitConnection { nodes { id } }",
                2 + (2 + 3) * 2,
            ),
            ("{ nodes(ids: [1, 2, 3]) { id ... on Unit { name } } }", 3 * 3),
            ("{ unitsAggregate { count } }", 50 + 1),
            ("mutation { a { b } c { d } }", 20 + 4),
            ("{ units(first: 2147483647) { nodes { id } } }", 1 + 100 * 2),
            ("{ units(first: -1) { nodes { id } } }", 1 + 20 * 2),
        ] {
            assert_eq!(of(query, json!({})), expected, "{query}");
        }
        let paged = "query($n: Int = 5, $ids: [ID!]!) { units(first: $n) { nodes { id } } nodes(ids: $ids) { id } }";
        assert_eq!(of(paged, json!({ "ids": ["a", "b"] })), 1 + 5 * 2 + 2 * 2);
        assert_eq!(of(paged, json!({ "n": 50, "ids": [] })), 1 + 50 * 2);
    }

    #[test]
    fn conditions_and_orders_cost_what_they_make_the_database_do() {
        let list = |arguments: &str| format!("{{ units({arguments}) {{ nodes {{ id }} }} }}");
        for (arguments, expected) in [
            ("first: 2", 0),
            // The field, and what it is held against.
            ("first: 2, where: {code: {eq: \"x\"}}", 2),
            ("first: 2, where: {code: {in: [\"x\", \"y\", \"z\"]}}", 2),
            ("first: 2, where: {code: {ne: \"x\", startsWith: \"y\"}, name: {isNull: false}}", 3 + 2),
            ("first: 2, where: {or: [{code: {eq: \"x\"}}, {not: {name: {eq: \"y\"}}}]}", 1 + 2 + 1 + 2),
            ("first: 2, where: {parent: {name: {eq: \"x\"}}}", 1 + 2),
            ("first: 2, where: {cadres: {some: {state: {eq: SERVING}}}}", 1 + 10 + 2),
            ("first: 2, where: {cadres: {none: {posts: {every: {state: {eq: X}}}}}}", 1 + 10 + 1 + 10 + 2),
            ("first: 2, having: {count: {gte: 3}, avg: {months: {lt: 2}}}", 2 + 3),
            ("first: 2, orderBy: [{field: PATH}, {field: NAME, direction: DESC}]", 1 + 2),
            ("first: 2, orderBy: {field: PATH}", 1),
            ("first: 2, after: \"where\"", 0),
        ] {
            assert_eq!(of(&list(arguments), json!({})), 1 + 2 * 2 + expected, "{arguments}");
        }
        let filtered = "query($where: W) { units(first: 2, where: $where) { nodes { id } } }";
        let many = |n: usize| json!({ "where": { "or": vec![json!({ "code": { "eq": "x" } }); n] } });
        assert_eq!(of(filtered, many(49)) - of(filtered, json!({})), 1 + 49 * 2);
        // For every row of the list around it.
        let within =
            "{ units(first: 7) { nodes { cadres(first: 1, where: {state: {eq: SERVING}}) { nodes { id } } } } }";
        assert_eq!(of(within, json!({})), 1 + 7 * (1 + (1 + 2 + 2)));
    }

    #[test]
    fn nesting_saturates_and_fragments_are_measured_once() {
        let levels = 12;
        let nested = format!("{{ {} id {} }}", "a(first: 100) { nodes { ".repeat(levels), "} }".repeat(levels));
        assert_eq!(of(&nested, json!({})), u64::MAX);
        let doubling: String =
            (0..60).map(|i| format!("fragment F{i} on Q {{ ...F{n} ...F{n} }} ", n = i + 1)).collect();
        let start = std::time::Instant::now();
        assert_eq!(of(&format!("{{ ...F0 }} {doubling} fragment F60 on Q {{ id }}"), json!({})), 1 << 60);
        assert!(start.elapsed().as_millis() < 500);
    }
}
