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
    graph::selection::Doc,
    http::execute::Ready,
    kernel::error::{ApiError, Code},
};

/// The root fields of an operation, each key once.
pub(super) struct Roots {
    fields: Vec<Positioned<Field>>,
    /// Whether they stand in the document like that.
    pub(super) plain: bool,
}

impl Roots {
    /// Those of an operation; what stands for two things is an error.
    pub(super) fn of(ready: &Ready) -> Result<Self, ApiError> {
        let root = match ready.operation {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let doc = ready.doc()?;
        let fields = doc.once(&|on| on == root)?;
        let items = &doc.operation.selection_set.node.items;
        let plain = items.len() == fields.len() && items.iter().all(|item| matches!(item.node, Selection::Field(_)));
        Ok(Self { fields, plain })
    }

    /// Of a subscription: the one that it has.
    pub(super) fn single(ready: &Ready) -> Result<(), ApiError> {
        let roots = Self::of(ready)?;
        if roots.fields.len() != 1 {
            return Err(ApiError::of(Code::GraphqlValidationFailed)
                .saying("一个订阅只有一个根字段", "A subscription has one root field."));
        }
        // The library checks a document when it carries it out, and a changed one would not be the client's any more.
        match roots.plain {
            true => Ok(()),
            false => Err(ApiError::of(Code::GraphqlValidationFailed).saying(
                "订阅的根字段须直接写出，只写一次",
                "A subscription selects its root field once and not in a fragment.",
            )),
        }
    }

    /// Puts them in the operation's place.
    pub(super) fn replace(self, ready: &mut Ready) {
        let Some(operation) = ready.operation_mut() else { return };
        let selection = |field: Positioned<Field>| Positioned::new(Selection::Field(field.clone()), field.pos);
        operation.selection_set.node.items = self.fields.into_iter().map(selection).collect();
    }
}

/// The keys of an answer, in the order of the document. The library puts them in the order in which it has them.
#[derive(Default)]
pub(super) struct Order<'a>(IndexMap<&'a str, Order<'a>>);

impl<'a> Order<'a> {
    /// That of a document's selections. A key that two types have in different ways stands where it comes first.
    pub(super) fn of(doc: Doc<'a>, sets: &[&'a SelectionSet]) -> Self {
        let picked = doc.pick(sets, &|_| true).unwrap_or_default();
        Self(picked.into_iter().map(|(key, field)| (key, Self::of(doc, &field.below))).collect())
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
