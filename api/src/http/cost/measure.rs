//! The cost of an operation, from its text and variables alone.
//!
//! Every field costs 1 and what lies below it; what lies below the rows of a list costs that for every row
//! that may come. A fragment is measured once however often it is spread, so that the work is linear in
//! the document while the figure may be exponential; it saturates.

use std::collections::{HashMap, HashSet};

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
/// A plug-in's component is asked about all objects of a document together, for each field that it works out.
const WORKED_OUT: u64 = 100;
/// It works out one value.
const VALUE: u64 = 10;
/// Root fields that ask a plug-in's component whatever plug-ins there are; what they ask about is in `inputs`.
const SCORES: [&str; 2] = ["pluginScore", "pluginScoreMany"];
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
/// `programmed` tells root fields that a program answers, `worked_out` fields of objects that it does.
pub(super) fn cost<'a>(
    doc: Doc<'a>,
    programmed: &'a dyn Fn(&str) -> bool,
    worked_out: &'a dyn Fn(&str) -> bool,
) -> u64 {
    let mut measure = Measure { doc, programmed, worked_out, asked: HashSet::new(), fragments: HashMap::new() };
    let set = &doc.operation.selection_set.node;
    let below = measure.set(set, Rows { each: 1, root: true });
    let asked = WORKED_OUT.saturating_mul(u64::try_from(measure.asked.len()).unwrap_or(u64::MAX));
    below.saturating_add(asked).max(1)
}

/// How many rows a list may have; they multiply what stands below `nodes` and `edges`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Rows {
    each: u64,
    /// Whether it is no list but the operation itself.
    root: bool,
}

struct Measure<'a> {
    doc: Doc<'a>,
    programmed: &'a dyn Fn(&str) -> bool,
    worked_out: &'a dyn Fn(&str) -> bool,
    /// Fields that are worked out, each of which is asked for once however often it stands there.
    asked: HashSet<&'a str>,
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
            _ if rows.root && SCORES.contains(&name) => {
                PROGRAMMED.saturating_add(VALUE.saturating_mul(self.count(field, "inputs")))
            }
            _ if rows.root && (self.programmed)(name) => PROGRAMMED,
            _ if !rows.root && (self.worked_out)(name) => {
                self.asked.insert(name);
                VALUE
            }
            _ => 1,
        };
        let command = if rows.root && self.doc.operation.ty == OperationType::Mutation { COMMAND } else { 0 };
        let whole = below.saturating_add(own).saturating_add(command).saturating_add(self.conditions(field));
        match name {
            // The rows of the list around it.
            "nodes" | "edges" if !field.selection_set.node.items.is_empty() && !self.has_ids(field) => {
                whole.saturating_mul(rows.each)
            }
            "nodes" => whole.saturating_mul(self.count(field, "ids")),
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
        Rows { each: page.unwrap_or(PAGE).clamp(1, LARGEST), root: false }
    }

    fn has_ids(&self, field: &Field) -> bool {
        field.get_argument("ids").is_some()
    }

    /// How many there are in an argument that is a list; what is no list is one.
    fn count(&self, field: &Field, name: &str) -> u64 {
        match self.argument(field, name) {
            Some(ConstValue::List(all)) => u64::try_from(all.len()).unwrap_or(u64::MAX),
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
            &|name| matches!(name, "bwly_hours" | "bwly_age"),
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
            ("mutation { ...F } fragment F on Mutation { a { b } ... { c { d } } }", 20 + 4),
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
    fn what_a_component_works_out_costs_ten_for_each_row_and_a_hundred_for_being_asked() {
        let person = "unit { chief { bwly_age } } bwly_age bwly_hours";
        for (query, expected) in [
            ("{ cadre(id: 1) { bwly_age } }", 100 + 1 + 10),
            ("{ cadres(first: 50) { nodes { id bwly_age } } }", 100 + 1 + 50 * (1 + 1 + 10)),
            // However often it stands there it is asked for once; another field is asked for by itself.
            ("{ cadres(first: 50) { nodes { bwly_age again: bwly_age } } }", 100 + 1 + 50 * (1 + 2 * 10)),
            ("{ a: cadre(id: 1) { bwly_age } b: cadre(id: 2) { bwly_age } }", 100 + 2 * 11),
            ("{ a: cadre(id: 1) { bwly_age bwly_hours } }", 2 * 100 + 1 + 2 * 10),
            ("{ nodes(ids: [1, 2, 3]) { ... on Cadre { bwly_age } } }", 100 + 3 * 11),
            ("{ a: cadre(id: 1) { ...F } b: cadre(id: 2) { ...F } } fragment F on Cadre { bwly_age }", 100 + 2 * 11),
            // A query of the same name as a field is one only where queries stand.
            ("{ bwly_hours cadre(id: 1) { bwly_hours } }", 200 + 100 + 1 + 10),
            ("{ ...R } fragment R on Query { bwly_hours }", 200),
            ("mutation { bwly_hours { answer } }", 10 + 200 + 1),
            ("{ bwly_age }", 1),
        ] {
            assert_eq!(of(query, json!({})), expected, "{query}");
        }
        let deep = format!("{{ units(first: 10) {{ nodes {{ cadres(first: 10) {{ nodes {{ {person} }} }} }} }} }}");
        assert_eq!(of(&deep, json!({})), 2 * 100 + 1 + 10 * (1 + 1 + 10 * (1 + (1 + 1 + 10) + 10 + 10)));
    }

    #[test]
    fn points_cost_ten_for_each_input_and_two_hundred_for_being_asked() {
        let one = "{ pluginScore(plugin: 1, scheme: \"annual\", input: {a: [1, 2]}) { item } }";
        assert_eq!(of(one, json!({})), 200 + 10 + 1);
        let many = "query($i: [JSON!]!) { pluginScoreMany(plugin: 1, scheme: \"annual\", inputs: $i) { item points } }";
        assert_eq!(of(many, json!({ "i": [{}, {}, {}] })), 200 + 3 * 10 + 2);
        assert_eq!(of(many, json!({ "i": vec![json!({}); 1_000] })), 200 + 10_000 + 2);
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
