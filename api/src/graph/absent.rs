//! Variables that nobody has given: they leave an argument or a member of an input object out, as if it did not stand in
//! the document (GraphQL, 3.10 and 6.4.1).
//!
//! The engine reads documents so by itself. The library takes such a variable for null, which an update would write, and
//! which has no default in its place.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Leaves out of a document whatever an operation leaves to variables without a value. In a list it is null.
pub fn leave_out(document: &mut ExecutableDocument, operation: &OperationDefinition, variables: &Variables) {
    let declared = operation.variable_definitions.iter().map(|definition| &definition.node.name.node);
    let absent: HashSet<Name> = declared.filter(|name| variables.get(*name).is_none()).cloned().collect();
    if absent.is_empty() {
        return;
    }
    match &mut document.operations {
        DocumentOperations::Single(operation) => selections(&mut operation.node.selection_set.node, &absent),
        DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(|operation| selections(&mut operation.node.selection_set.node, &absent));
        }
    }
    for fragment in document.fragments.values_mut() {
        selections(&mut fragment.node.selection_set.node, &absent);
    }
}

fn selections(set: &mut SelectionSet, absent: &HashSet<Name>) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => {
                arguments(&mut field.node.arguments, absent);
                selections(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(inline) => selections(&mut inline.node.selection_set.node, absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn arguments(given: &mut Vec<(Positioned<Name>, Positioned<Value>)>, absent: &HashSet<Name>) {
    given.retain_mut(|(_, value)| stays(&mut value.node, absent));
}

fn stays(value: &mut Value, absent: &HashSet<Name>) -> bool {
    match value {
        Value::Variable(name) => return !absent.contains(&*name),
        Value::List(items) => {
            for item in items {
                if !stays(item, absent) {
                    *item = Value::Null;
                }
            }
        }
        Value::Object(members) => members.retain(|_, member| stays(member, absent)),
        _ => {}
    }
    true
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    /// The arguments of the first field, as they are carried out.
    fn carried_out(arguments: &str, variables: Json) -> String {
        let text = format!("query($a: Int, $b: Int, $c: Int = 1) {{ f({arguments}) {{ id }} }}");
        let mut document = parse_query(text).expect("a document");
        let DocumentOperations::Single(operation) = document.operations.clone() else { panic!("one operation") };
        leave_out(&mut document, &operation.node, &Variables::from_json(variables));
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("a field") };
        let given = field.node.arguments.iter().map(|(name, value)| format!("{}: {}", name.node, value.node));
        given.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_is_left_to_a_variable_that_nobody_gave_does_not_stand_in_the_document() {
        let given = json!({ "b": 2, "c": 1 });
        assert_eq!(carried_out("x: $a, y: $b, z: $c", given.clone()), "y: $b, z: $c");
        assert_eq!(carried_out("x: { n: $a, m: $b, in: { n: $a } }", given.clone()), "x: {m: $b, in: {}}");
        assert_eq!(carried_out("x: [$a, $b, 3, [$a]]", given), "x: [null, $b, 3, [null]]");
        let null = json!({ "a": null, "b": null, "c": 1 });
        assert_eq!(carried_out("x: $a, y: { n: $b }", null), "x: $a, y: {n: $b}", "null was given");
    }
}
