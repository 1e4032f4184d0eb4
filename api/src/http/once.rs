//! What an operation carries out, by the specification: each response key once, however often it is selected.
//!
//! The library carries out every selection of a root field by itself and merges what they gave, which is a second command
//! where a mutation's field stands there twice, and it opens every root field of a subscription.

use async_graphql::{
    Positioned, Value,
    parser::types::{Field, OperationType, Selection},
};

use crate::{
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

    /// The keys of the answer, in their order.
    pub(super) fn keys(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.node.response_key().node.to_string()).collect()
    }

    /// Puts them in the operation's place.
    pub(super) fn replace(self, ready: &mut Ready) {
        let Some(operation) = ready.operation_mut() else { return };
        let selection = |field: Positioned<Field>| Positioned::new(Selection::Field(field.clone()), field.pos);
        operation.selection_set.node.items = self.fields.into_iter().map(selection).collect();
    }
}

/// An answer with its keys in the order of the document; one from which everything was left out is empty, not null.
pub(super) fn in_order(data: Value, keys: &[String], failed: bool) -> Value {
    match data {
        Value::Null if !failed => Value::Object(Default::default()),
        Value::Object(mut all) => {
            let mut ordered: Vec<_> = keys.iter().filter_map(|key| all.shift_remove_entry(key.as_str())).collect();
            ordered.extend(all);
            Value::Object(ordered.into_iter().collect())
        }
        other => other,
    }
}
