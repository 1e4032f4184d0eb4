//! Conditions of `@skip` and `@include` that are null. The argument may not be (GraphQL, 3.13.1 and 3.13.2), but a variable
//! with a default may stand there, and null be given for it: the one thing about a valid document that hangs on a value.
//!
//! It is asked of the whole operation before anything is carried out. The library takes null for false, and the engine
//! meets it only where it reads.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Value as ConstValue,
    parser::types::{BaseType, Directive, OperationDefinition, Selection},
};
use async_graphql_value::Value;

use crate::{
    graph::selection::Doc,
    kernel::error::{ApiError, Code},
};

/// Refuses an operation with such a condition.
///
/// # Errors
///
/// `BAD_USER_INPUT` with the field `if` and the variable's name.
pub fn check(doc: Doc<'_>) -> Result<(), ApiError> {
    let null = nulls(doc);
    // So it is of nearly all operations.
    if null.is_empty() {
        return Ok(());
    }
    let mut spreads: HashSet<&str> = HashSet::new();
    let mut left = vec![&doc.operation.selection_set.node];
    while let Some(set) = left.pop() {
        for item in &set.items {
            conditions(item.node.directives(), &null)?;
            match &item.node {
                Selection::Field(field) => left.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => left.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = doc.fragments.get(name)
                        && spreads.insert(name)
                    {
                        left.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    Ok(())
}

/// The variables that could stand in a condition and have no value.
fn nulls(doc: Doc<'_>) -> HashSet<&Name> {
    let OperationDefinition { variable_definitions, .. } = doc.operation;
    let definitions = variable_definitions.iter().map(|definition| &definition.node);
    let of_conditions = definitions.filter(|definition| {
        let ty = &definition.var_type.node;
        ty.nullable && matches!(&ty.base, BaseType::Named(name) if name.as_str() == "Boolean")
    });
    let names = of_conditions.map(|definition| &definition.name.node);
    names.filter(|name| matches!(doc.variables.get(*name), None | Some(ConstValue::Null))).collect()
}

fn conditions(directives: &[Positioned<Directive>], null: &HashSet<&Name>) -> Result<(), ApiError> {
    for directive in directives {
        if matches!(directive.node.name.node.as_str(), "skip" | "include")
            && let Some(given) = directive.node.get_argument("if")
            && let Value::Variable(name) = &given.node
            && null.contains(name)
        {
            return Err(refused(name));
        }
    }
    Ok(())
}

fn refused(name: &Name) -> ApiError {
    let name: String = name.chars().take(80).collect();
    ApiError::of(Code::BadUserInput).at("if").saying(
        format!("if 应为 Boolean!，变量 ${name} 为 null"),
        format!("if takes Boolean!, and the variable ${name} is null."),
    )
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use async_graphql_parser::{parse_query, types::DocumentOperations};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::kernel::session::Locale;

    /// What is said of an operation with these selections, where `$v` may be null.
    fn told(selections: &str, variables: Json) -> Option<String> {
        let document = parse_query(format!("query($v: Boolean = true, $n: Int) {{ {selections}")).expect("a document");
        let DocumentOperations::Single(operation) = &document.operations else { panic!("one operation") };
        let variables = Variables::from_json(variables);
        let doc = Doc { fragments: &document.fragments, operation: &operation.node, variables: &variables, open: &[] };
        check(doc).err().map(|error| {
            assert_eq!((error.code, error.field.as_deref()), (Code::BadUserInput, Some("if")));
            error.message(Locale::En).into_owned()
        })
    }

    #[test]
    fn a_condition_that_is_null_is_refused_wherever_it_stands() {
        for selections in [
            "a @skip(if: $v) }",
            "a { b { c @include(if: $v) } } }",
            "... @include(if: $v) { a } }",
            "a { ...F @skip(if: $v) } } fragment F on T { b }",
            "...F } fragment F on T { ...G } fragment G on T { a { b @skip(if: false) @include(if: $v) } }",
            // What is left out itself is refused as well: the operation is asked, not what is read of it.
            "a @skip(if: true) { b @skip(if: $v) } }",
        ] {
            let words = "if takes Boolean!, and the variable $v is null.";
            assert_eq!(told(selections, json!({ "v": null })).as_deref(), Some(words), "{selections}");
            assert_eq!(told(selections, json!({ "v": false })), None, "{selections}");
        }
    }

    #[test]
    fn null_may_stand_elsewhere() {
        assert_eq!(told("a(b: $v) @skip(if: false) }", json!({ "v": null, "n": null })), None);
        assert_eq!(told("a @other(if: $v) }", json!({ "v": null })), None);
        assert_eq!(told("a } fragment F on T { a @skip(if: $v) }", json!({ "v": null })), None, "it is not spread");
    }
}
