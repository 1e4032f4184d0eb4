//! Rules of the specification that the library does not have or has otherwise, checked over the whole document before
//! anything is carried out: the one root field of subscriptions (GraphQL, 5.2.3.1), fields that are merged (5.3.2),
//! literals (5.6) and where variables may stand (5.8.5).
//!
//! None of them looks at a variable's value: a document that was found valid once is valid for all values. All other
//! rules are the library's. The guard has bounded documents before, and refused fragments that spread themselves.

use async_graphql::{
    Pos, Positioned, ServerError,
    parser::types::{
        BaseType, DocumentOperations, ExecutableDocument, InlineFragment, OperationDefinition, OperationType,
        Selection, SelectionSet, Type,
    },
    registry::{MetaType, Registry},
};

use crate::{
    graph::schema::failure,
    kernel::error::{ApiError, Code},
};

mod merge;
mod subscriptions;
#[cfg(test)]
mod tests_merge;
#[cfg(test)]
mod tests_pets;
#[cfg(test)]
mod tests_values;
mod values;

pub use subscriptions::not_one_root;

/// What is told of one document; whoever has made more mistakes hears of the others when these are mended.
const MOST: usize = 20;
/// A name that a client makes very long is cut in the words of an error.
const LONGEST: usize = 80;

/// What is wrong with a document by the rules that stand here; nothing is said of names that the schema does not have.
pub fn errors(registry: &Registry, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut found = Found::default();
    subscriptions::check(document, &mut found);
    merge::check(registry, document, &mut found);
    values::check(registry, document, &mut found);
    found.0
}

/// Variables of types that the schema does not have. The library breaks down over the default of such a one.
pub fn unknown_types(registry: &Registry, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut found = Found::default();
    for definition in operations(document).into_iter().flat_map(|operation| &operation.node.variable_definitions) {
        let name = innermost(&definition.node.var_type.node);
        if !registry.types.contains_key(name) {
            let name = clip(name);
            let error = invalid(format!("类型 {name} 不存在"), format!("There is no type {name}."));
            found.add(vec![definition.node.var_type.pos], error);
        }
    }
    found.0
}

/// Puts the directives of every `__typename` around it, where they say the same: the library passes the field over with
/// all that stands at it, and takes a variable that is used there only for one that is not used.
pub fn show(document: &mut ExecutableDocument) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => show_in(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(|operation| show_in(&mut operation.node.selection_set.node));
        }
    }
    document.fragments.values_mut().for_each(|fragment| show_in(&mut fragment.node.selection_set.node));
}

fn show_in(set: &mut SelectionSet) {
    for item in &mut set.items {
        let pos = item.pos;
        match &mut item.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {
                let directives = std::mem::take(&mut field.node.directives);
                if !directives.is_empty() {
                    let items = vec![Positioned::new(Selection::Field(field.clone()), pos)];
                    let selection_set = Positioned::new(SelectionSet { items }, pos);
                    let around = InlineFragment { type_condition: None, directives, selection_set };
                    item.node = Selection::InlineFragment(Positioned::new(around, pos));
                }
            }
            Selection::Field(field) => show_in(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => show_in(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Whether the library found it by a rule that stands here in its place: its own looks at the values of variables,
/// takes texts for an enumeration's values, compares the fields of one level only, and knows of no default in the place
/// of a variable.
pub fn is_replaced(error: &ServerError) -> bool {
    let said = error.message.as_str();
    said.starts_with("Invalid value for argument ")
        || said.starts_with("Invalid default value for argument: ")
        || (said.starts_with("Fields \"") && said.contains("\" conflict because "))
        || (said.starts_with("Variable \"") && said.contains("\" used in position expecting type "))
}

/// What was found, each once.
#[derive(Default)]
struct Found(Vec<ServerError>);

impl Found {
    fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    fn add(&mut self, locations: Vec<Pos>, error: ApiError) {
        let mut error = failure(error, locations.first().copied().unwrap_or_default());
        error.locations = locations;
        let known = self.0.iter().any(|had| had.locations == error.locations && had.message == error.message);
        if !known && !self.is_full() {
            self.0.push(error);
        }
    }
}

fn invalid(zh: String, en: String) -> ApiError {
    ApiError::of(Code::GraphqlValidationFailed).saying(zh, en)
}

/// The operations as they stand in the text: the same document gets the same answer.
fn operations(document: &ExecutableDocument) -> Vec<&Positioned<OperationDefinition>> {
    let mut all: Vec<_> = document.operations.iter().map(|(_, operation)| operation).collect();
    all.sort_by_key(|operation| operation.pos);
    all
}

/// The type that an operation selects from.
fn root(registry: &Registry, operation: OperationType) -> Option<&MetaType> {
    let name = match operation {
        OperationType::Query => Some(registry.query_type.as_str()),
        OperationType::Mutation => registry.mutation_type.as_deref(),
        OperationType::Subscription => registry.subscription_type.as_deref(),
    };
    registry.types.get(name?)
}

/// The name within lists.
fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => innermost(item),
    }
}

fn clip(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}
