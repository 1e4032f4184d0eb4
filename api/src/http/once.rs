//! What an operation carries out, by the specification: each response key once, however often it is selected.
//!
//! The library carries out every selection of a root field by itself and merges what they gave, which is a second command
//! where a mutation's field stands there twice, and it opens every root field of a subscription.

use async_graphql::{
    Positioned, Value,
    parser::types::{Field, OperationType, Selection, SelectionSet},
};
use indexmap::IndexMap;

use crate::{
    graph::{schema::validation::not_one_root, selection::Doc},
    http::execute::Ready,
    kernel::error::ApiError,
};

/// How many root fields an operation has, and whether each stands in the document once and by itself; what stands for two
/// things is an error.
fn shape(ready: &Ready) -> Result<(usize, bool), ApiError> {
    let doc = ready.doc()?;
    let set = &doc.operation.selection_set.node;
    let keys = doc.pick(&[set], &|on| on == root(ready.operation))?.len();
    Ok((keys, set.items.len() == keys && set.items.iter().all(|item| matches!(item.node, Selection::Field(_)))))
}

fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// Whether variables leave a subscription the one root field that a valid one has (GraphQL, 5.2.3.1).
pub(super) fn single(ready: &Ready) -> Result<(), ApiError> {
    match shape(ready)? {
        (1, _) => Ok(()),
        _ => Err(not_one_root()),
    }
}

/// Puts each root field in the operation once, as the library is to carry it out. The document is not the client's any more
/// then: it has been validated before.
pub(super) fn merge(ready: &mut Ready) -> Result<(), ApiError> {
    if let (_, true) = shape(ready)? {
        return Ok(());
    }
    let kind = root(ready.operation);
    let fields = ready.doc()?.merged(&|on| on == kind)?;
    if let Some(operation) = ready.operation_mut() {
        let item = |field: Positioned<Field>| {
            let pos = field.pos;
            Positioned::new(Selection::Field(field), pos)
        };
        operation.selection_set.node.items = fields.into_iter().map(item).collect();
    }
    Ok(())
}

/// The keys of an answer, in the order of the document. The library puts them in the order in which it has them.
#[derive(Default)]
pub(super) struct Order<'a>(IndexMap<&'a str, Order<'a>>);

impl<'a> Order<'a> {
    /// That of a document's selections. A key that two types have in different ways stands where it comes first.
    pub(super) fn of(doc: Doc<'a>, sets: &[&'a SelectionSet]) -> Self {
        let keys = doc.keys(sets).unwrap_or_default();
        Self(keys.into_iter().map(|(key, below)| (key, Self::of(doc, &below))).collect())
    }

    /// An answer in this order.
    pub(super) fn put(&self, data: Value) -> Value {
        match data {
            Value::List(all) if !self.0.is_empty() => Value::List(all.into_iter().map(|one| self.put(one)).collect()),
            Value::Object(mut all) if !self.0.is_empty() => {
                let mut ordered = IndexMap::with_capacity(all.len());
                for (key, below) in &self.0 {
                    if let Some((name, value)) = all.shift_remove_entry(*key) {
                        ordered.insert(name, below.put(value));
                    }
                }
                ordered.extend(all);
                Value::Object(ordered)
            }
            other => other,
        }
    }
}
