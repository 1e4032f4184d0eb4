//! A subscription has one root field (GraphQL, 5.2.3.1), whichever operation of its document is carried out.
//!
//! A document is valid for all values of its variables: what a variable may let in counts, and only what a literal leaves
//! out does not. Whether a variable leaves everything out shows when it has a value.

use std::collections::HashSet;

use async_graphql::{
    Positioned,
    parser::types::{Directive, ExecutableDocument, OperationDefinition, OperationType, Selection},
};
use async_graphql_value::Value;

use super::{Found, operations};
use crate::kernel::error::{ApiError, Code};

/// Searches the subscriptions of a document.
pub(super) fn check(document: &ExecutableDocument, found: &mut Found) {
    for operation in operations(document) {
        if operation.node.ty == OperationType::Subscription && keys(&operation.node, document).len() != 1 {
            found.add(vec![operation.pos], not_one_root());
        }
    }
}

/// The refusal of a subscription without a root field, or with several.
pub fn not_one_root() -> ApiError {
    ApiError::of(Code::GraphqlValidationFailed).saying("一个订阅只有一个根字段", "A subscription has one root field.")
}

/// The response keys of an operation's root, wherever they stand.
fn keys<'a>(operation: &'a OperationDefinition, document: &'a ExecutableDocument) -> HashSet<&'a str> {
    let mut keys = HashSet::new();
    let mut spreads: HashSet<&str> = HashSet::new();
    let mut left = vec![&operation.selection_set.node];
    while let Some(set) = left.pop() {
        for item in set.items.iter().filter(|item| !is_left_out(item.node.directives())) {
            match &item.node {
                Selection::Field(field) => {
                    keys.insert(field.node.response_key().node.as_str());
                }
                Selection::InlineFragment(inline) => left.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = document.fragments.get(name)
                        && spreads.insert(name)
                    {
                        left.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    keys
}

/// Whether what has these directives is left out, whatever the variables are.
fn is_left_out(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().any(|directive| {
        let given = directive.node.get_argument("if").map(|value| &value.node);
        match directive.node.name.node.as_str() {
            "skip" => given == Some(&Value::Boolean(true)),
            "include" => given == Some(&Value::Boolean(false)),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::graph::schema::validation::tests_pets::{one, passes, told};

    #[test]
    fn a_subscription_has_one_root_field_wherever_it_stands() {
        for right in [
            "dog { name }",
            "dog { name } dog { nickname }",
            "...F } fragment F on Subscription { ... { dog { name } } ... on Subscription { dog { nickname } }",
            "dog { name } cat @skip(if: true) { name } ... @include(if: false) { cat { name } }",
        ] {
            passes(&format!("subscription {{ {right} }}"));
        }
        passes("subscription($yes: Boolean!) { dog @include(if: $yes) { name } }");
        passes("{ dog { name } person { name } }");
        for wrong in [
            "dog { name } cat { name }",
            "dog { name } other: dog { name }",
            "dog { name } ...F } fragment F on Subscription { ... { cat { name } }",
            "dog @skip(if: true) { name }",
        ] {
            assert_eq!(one(&format!("subscription {{ {wrong} }}")), "A subscription has one root field.", "{wrong}");
        }
    }

    #[test]
    fn what_a_variable_may_let_in_counts() {
        for directive in ["@skip(if: $v)", "@include(if: $v)"] {
            let wrong = format!("subscription($v: Boolean!) {{ dog {{ name }} cat {directive} {{ name }} }}");
            assert_eq!(one(&wrong), "A subscription has one root field.", "{directive}");
        }
    }

    #[test]
    fn every_operation_of_a_document_is_looked_at() {
        let wrong =
            "query A { dog { name } }\nsubscription B { dog { name } }\nsubscription C { dog { name } cat { name } }";
        assert_eq!(told(wrong), [(vec![(3, 1)], "A subscription has one root field.".to_string())]);
    }
}
