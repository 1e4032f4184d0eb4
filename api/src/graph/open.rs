//! Variables that stand where only their value matters, so that one plan serves all their values.

use std::collections::BTreeSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, Field, Selection, SelectionSet},
};
use async_graphql_value::Value;

use crate::graph::{
    catalogue::{Catalogue, Root},
    selection::Doc,
};

/// Operators of a `where` that compare with one value. The statement is the same whatever it is.
const OPERATORS: [&str; 8] = ["eq", "ne", "lt", "lte", "gt", "gte", "contains", "startsWith"];

/// The variables of an operation: those that a plan leaves open, and those that shape it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Openness {
    /// Whose values are only bound.
    pub open: Vec<Name>,
    /// Whose values a plan is made for.
    pub fixed: Vec<Name>,
}

impl Openness {
    /// Looks an operation through.
    pub fn of(doc: Doc<'_>, catalogue: &Catalogue) -> Self {
        let mut fixed = BTreeSet::new();
        selections(&doc.operation.selection_set.node, Some(catalogue), &mut fixed);
        for fragment in doc.fragments.values() {
            directives(&fragment.node.directives, &mut fixed);
            selections(&fragment.node.selection_set.node, None, &mut fixed);
        }
        let names = doc.operation.variable_definitions.iter().map(|definition| definition.node.name.node.clone());
        let (fixed, open) = names.partition(|name| fixed.contains(name.as_str()));
        Self { open, fixed }
    }
}

fn selections<'d>(set: &'d SelectionSet, roots: Option<&Catalogue>, fixed: &mut BTreeSet<&'d str>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                directives(&field.node.directives, fixed);
                arguments(&field.node, roots, fixed);
                selections(&field.node.selection_set.node, None, fixed);
            }
            Selection::FragmentSpread(spread) => directives(&spread.node.directives, fixed),
            Selection::InlineFragment(inline) => {
                directives(&inline.node.directives, fixed);
                selections(&inline.node.selection_set.node, roots, fixed);
            }
        }
    }
}

fn directives<'d>(directives: &'d [Positioned<Directive>], fixed: &mut BTreeSet<&'d str>) {
    for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
        every(&value.node, fixed);
    }
}

fn arguments<'d>(field: &'d Field, roots: Option<&Catalogue>, fixed: &mut BTreeSet<&'d str>) {
    let one = roots.is_some_and(|catalogue| matches!(catalogue.root(&field.name.node), Some(Root::One(_))));
    for (name, value) in &field.arguments {
        match (name.node.as_str(), &value.node) {
            ("id", Value::Variable(_)) if one => {}
            ("where", value) => conditions(value, fixed),
            (_, value) => every(value, fixed),
        }
    }
}

fn conditions<'d>(value: &'d Value, fixed: &mut BTreeSet<&'d str>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if !(matches!(value, Value::Variable(_)) && OPERATORS.contains(&name.as_str())) {
                    conditions(value, fixed);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| conditions(item, fixed)),
        other => every(other, fixed),
    }
}

fn every<'d>(value: &'d Value, fixed: &mut BTreeSet<&'d str>) {
    match value {
        Value::Variable(name) => {
            fixed.insert(name);
        }
        Value::Object(object) => object.values().for_each(|value| every(value, fixed)),
        Value::List(items) => items.iter().for_each(|item| every(item, fixed)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_query, parser::types::DocumentOperations};

    use super::*;

    fn open(text: &str) -> Vec<String> {
        let document = parse_query(text).expect("a document");
        let DocumentOperations::Multiple(operations) = &document.operations else { panic!("it has a name") };
        let operation = &operations.values().next().expect("an operation").node;
        let variables = Variables::default();
        let doc = Doc { fragments: &document.fragments, operation, variables: &variables, open: &[] };
        let catalogue = crate::modules::catalogue().expect("the catalogue");
        Openness::of(doc, &catalogue).open.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_compared_or_looked_up_is_open_and_all_else_shapes_the_plan() {
        assert_eq!(open("query Q($a: ID!) { cadre(id: $a) { id } }"), ["a"]);
        assert_eq!(open("query Q($a: ID!) { node(id: $a) { id } }"), [""; 0], "its type is in it");
        let filtered = "query Q($a: ID!, $b: [CadreState!], $c: Boolean, $d: Int, $e: CadreWhere, $f: String) {
            cadres(first: $d, where: { and: [{ unit: { id: { eq: $a } } }, { state: { in: $b } },
                { rank: { isNull: $c } }, { person: { name: { contains: $f } } }, $e] }) { nodes { id } } }";
        assert_eq!(open(filtered), ["a", "f"]);
        // Used twice, once where it shapes.
        assert_eq!(open("query Q($a: ID!) { cadre(id: $a) { id } node(id: $a) { id } }"), [""; 0]);
        assert_eq!(open("query Q($a: Boolean!, $b: ID!) { cadre(id: $b) { id @include(if: $a) } }"), ["b"]);
    }
}
