//! What a document asks of one type: fields by response key, merged, with fragments, directives and
//! variables resolved.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as ConstValue, Variables,
    parser::types::{Directive, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use bytes::Bytes;
use indexmap::{IndexMap, map::Entry};

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
            self.collect(set, matches, &mut |field| self.add(&field.node, &mut out))?;
        }
        Ok(out)
    }

    /// The keys of selection sets in their order, each with all that is selected below it, whatever the types.
    pub fn keys(&self, sets: &[&'a SelectionSet]) -> Result<IndexMap<&'a str, Vec<&'a SelectionSet>>, ApiError> {
        let mut out: IndexMap<&str, Vec<&SelectionSet>> = IndexMap::new();
        for set in sets {
            self.collect(set, &|_| true, &mut |field| {
                out.entry(&field.node.response_key().node).or_default().push(&field.node.selection_set.node);
                Ok(())
            })?;
        }
        Ok(out)
    }

    /// The fields of the operation's root, each key once, in the order in which they come first, with all that is
    /// selected below it, and without fragments and directives around them.
    pub fn merged(&self, matches: &dyn Fn(&str) -> bool) -> Result<Vec<Positioned<Field>>, ApiError> {
        let mut fields: IndexMap<&str, Positioned<Field>> = IndexMap::new();
        self.collect(&self.operation.selection_set.node, matches, &mut |field| {
            let below = field.node.selection_set.node.items.iter().cloned();
            match fields.entry(field.node.response_key().node.as_str()) {
                Entry::Occupied(mut known) => known.get_mut().node.selection_set.node.items.extend(below),
                Entry::Vacant(new) => {
                    let mut field = field.clone();
                    field.node.directives.clear();
                    new.insert(field);
                }
            }
            Ok(())
        })?;
        Ok(fields.into_values().collect())
    }

    fn collect(
        &self,
        set: &'a SelectionSet,
        matches: &dyn Fn(&str) -> bool,
        visit: &mut dyn FnMut(&'a Positioned<Field>) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    if self.included(&field.node.directives)? {
                        visit(field)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment
                        && self.included(&spread.node.directives)?
                        && matches(&fragment.node.type_condition.node.on.node)
                    {
                        self.collect(&fragment.node.selection_set.node, matches, visit)?;
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|c| c.node.on.node.as_str());
                    if self.included(&inline.node.directives)? && on.is_none_or(matches) {
                        self.collect(&inline.node.selection_set.node, matches, visit)?;
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
    pub fn argument(&self, value: &Value) -> Option<ConstValue> {
        self.value(value).ok().flatten()
    }

    /// An absent variable leaves an argument or a member of an object out; in a list it is null.
    fn value(&self, value: &Value) -> Result<Option<ConstValue>, ApiError> {
        Ok(match value {
            Value::Variable(name) => self.variable(name),
            Value::List(all) => {
                let all = all.iter().map(|one| Ok(self.value(one)?.unwrap_or(ConstValue::Null)));
                Some(ConstValue::List(all.collect::<Result<_, ApiError>>()?))
            }
            Value::Object(members) => {
                let members = members.iter().filter_map(|(name, one)| match self.value(one) {
                    Ok(value) => value.map(|value| Ok((name.clone(), value))),
                    Err(error) => Some(Err(error)),
                });
                Some(ConstValue::Object(members.collect::<Result<_, ApiError>>()?))
            }
            plain => plain.clone().into_const(),
        })
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
