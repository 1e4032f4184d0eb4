//! What a document asks of one type: fields by response key, merged, with fragments, directives and
//! variables resolved.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as ConstValue, Variables,
    parser::types::{Directive, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use bytes::Bytes;
use indexmap::IndexMap;

use crate::kernel::error::{ApiError, Code};

/// The parts of a document that a selection may refer to.
#[derive(Clone, Copy)]
pub struct Doc<'a> {
    /// Fragments by name.
    pub fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// The operation, for its variables' defaults.
    pub operation: &'a OperationDefinition,
    /// The variables' values.
    pub variables: &'a Variables,
    /// Variables whose values are left open: in their place stands the name, in bytes.
    pub open: &'a [Name],
}

/// One response key of an object, with everything that was selected under it.
#[derive(Clone, Debug)]
pub struct Picked<'a> {
    /// The field's name.
    pub name: &'a str,
    /// The arguments' values; those left to an absent variable are left out.
    pub arguments: Vec<(&'a str, ConstValue)>,
    /// All selection sets below it, to be merged.
    pub below: Vec<&'a SelectionSet>,
}

impl<'a> Doc<'a> {
    /// The fields that selection sets ask of a type. `matches` tells whether a fragment's type condition holds.
    pub fn pick(
        &self,
        sets: &[&'a SelectionSet],
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<IndexMap<&'a str, Picked<'a>>, ApiError> {
        let mut out = IndexMap::new();
        for set in sets {
            self.collect(set, matches, &mut out)?;
        }
        Ok(out)
    }

    fn collect(
        &self,
        set: &'a SelectionSet,
        matches: &dyn Fn(&str) -> bool,
        out: &mut IndexMap<&'a str, Picked<'a>>,
    ) -> Result<(), ApiError> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    if self.included(&field.node.directives)? {
                        self.add(&field.node, out)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment
                        && self.included(&spread.node.directives)?
                        && matches(&fragment.node.type_condition.node.on.node)
                    {
                        self.collect(&fragment.node.selection_set.node, matches, out)?;
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|c| c.node.on.node.as_str());
                    if self.included(&inline.node.directives)? && on.is_none_or(matches) {
                        self.collect(&inline.node.selection_set.node, matches, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&self, field: &'a Field, out: &mut IndexMap<&'a str, Picked<'a>>) -> Result<(), ApiError> {
        let key = field.response_key().node.as_str();
        if let Some(have) = out.get_mut(key) {
            // The library compares the fields of one selection only, not those that are merged below two.
            if have.name != field.name.node.as_str() || !same(&have.arguments, &self.arguments(field)?) {
                let at: String = key.chars().take(100).collect();
                return Err(ApiError::of(Code::GraphqlValidationFailed)
                    .saying(
                        format!("{at} 指代不同的字段或参数"),
                        format!("{at} stands for different fields or arguments."),
                    )
                    .at(at));
            }
            have.below.push(&field.selection_set.node);
            return Ok(());
        }
        out.insert(
            key,
            Picked {
                name: &field.name.node,
                arguments: self.arguments(field)?,
                below: vec![&field.selection_set.node],
            },
        );
        Ok(())
    }

    /// The arguments' values.
    pub fn arguments(&self, field: &'a Field) -> Result<Vec<(&'a str, ConstValue)>, ApiError> {
        let mut out = Vec::with_capacity(field.arguments.len());
        for (name, value) in &field.arguments {
            if let Some(value) = self.value(&value.node)? {
                out.push((name.node.as_str(), value));
            }
        }
        Ok(out)
    }

    /// The value of an argument; none if it is left to an absent variable.
    pub fn argument(&self, value: &async_graphql_value::Value) -> Option<ConstValue> {
        self.value(value).ok().flatten()
    }

    fn value(&self, value: &async_graphql_value::Value) -> Result<Option<ConstValue>, ApiError> {
        // An absent variable leaves an argument out, but inside a list or object it is null.
        if let async_graphql_value::Value::Variable(name) = value {
            return Ok(self.variable(name));
        }
        value
            .clone()
            .into_const_with(|name| Ok::<_, ApiError>(self.variable(&name).unwrap_or(ConstValue::Null)))
            .map(Some)
    }

    fn variable(&self, name: &Name) -> Option<ConstValue> {
        if self.open.contains(name) {
            return Some(ConstValue::Binary(Bytes::copy_from_slice(name.as_bytes())));
        }
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        let definition = self.operation.variable_definitions.iter().find(|d| d.node.name.node == *name)?;
        definition.node.default_value.as_ref().map(|v| v.node.clone())
    }

    fn included(&self, directives: &[Positioned<Directive>]) -> Result<bool, ApiError> {
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "skip" => false,
                "include" => true,
                _ => continue,
            };
            let value = directive.node.get_argument("if").map(|v| self.value(&v.node)).transpose()?.flatten();
            match value {
                Some(ConstValue::Boolean(b)) if b == wanted => {}
                Some(ConstValue::Boolean(_)) => return Ok(false),
                _ => return Err(ApiError::of(Code::BadUserInput).at("if")),
            }
        }
        Ok(true)
    }
}

/// Whether arguments are the same, in whatever order.
fn same(one: &[(&str, ConstValue)], other: &[(&str, ConstValue)]) -> bool {
    one.len() == other.len() && one.iter().all(|argument| other.contains(argument))
}
