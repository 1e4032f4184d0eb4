//! Fields in a set can merge (GraphQL, 5.3.2).
//!
//! Two questions are asked of the fields of one response key, with the sets below them taken together. Those that one
//! object may have are the same field with the same arguments. All of them, whichever objects have them, have a value of
//! one shape. Both are equivalences, so that a field is compared with the first of its group instead of with every other:
//! the work is that of writing the operation out with its fragments, which the guard has bounded. Groups overlap only
//! where the fields of an interface stand beside those of several objects; what that may cost has a bound of its own.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet},
    registry::{MetaType, MetaTypeName, Registry},
};
use indexmap::IndexMap;

use super::{Found, clip, invalid, operations, root};

/// Selections that are looked at for one operation. A document within the published limits has far fewer, unless it was
/// made to have more.
const WORK: usize = 200_000;

/// Searches the operations of a document.
pub(super) fn check(registry: &Registry, document: &ExecutableDocument, found: &mut Found) {
    for operation in operations(document) {
        let Some(of) = root(registry, operation.node.ty) else { continue };
        let whole = [Set { of, selected: &operation.node.selection_set.node }];
        let fragments = &document.fragments;
        let mut rule = Rule { registry, fragments, found: &mut *found, work: 0, told: HashSet::new() };
        rule.same(&whole);
        rule.alike(&whole);
        if rule.work > WORK {
            let zh = "同名字段的组合过多，请使用不同的别名".to_string();
            let en = "Fields of one name overlap in too many ways. Give them names of their own.".to_string();
            found.add(vec![operation.pos], invalid(zh, en));
        }
    }
}

/// A selection set and the type that it selects from.
#[derive(Clone, Copy)]
struct Set<'a> {
    of: &'a MetaType,
    selected: &'a SelectionSet,
}

/// A field where it stands.
#[derive(Clone, Copy)]
struct Standing<'a> {
    /// The type whose field it is.
    parent: &'a MetaType,
    field: &'a Positioned<Field>,
    /// The type of its value.
    ty: &'a str,
}

struct Rule<'a, 'f> {
    registry: &'a Registry,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    found: &'f mut Found,
    work: usize,
    /// Pairs that something was said of.
    told: HashSet<(Pos, Pos)>,
}

impl<'a> Rule<'a, '_> {
    /// Fields of one key that one object may have are one field with the same arguments, and so are those below them.
    fn same(&mut self, sets: &[Set<'a>]) {
        if self.is_done() {
            return;
        }
        for (key, fields) in self.gather(sets) {
            for group in together(fields) {
                if self.is_one_field(key, &group) {
                    let below = self.below(&group);
                    self.same(&below);
                }
            }
        }
    }

    /// Fields of one key have values of one shape, whichever objects have them, and so have those below them.
    fn alike(&mut self, sets: &[Set<'a>]) {
        if self.is_done() {
            return;
        }
        for (key, fields) in self.gather(sets) {
            if self.is_one_shape(key, &fields) {
                let below = self.below(&fields);
                self.alike(&below);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.work > WORK || self.found.is_full()
    }

    /// The fields of sets by response key, with the fragments spread in them. A spread that stands there twice gives
    /// the same fields twice, and is followed once.
    fn gather(&mut self, sets: &[Set<'a>]) -> IndexMap<&'a str, Vec<Standing<'a>>> {
        let registry = self.registry;
        let mut fields: IndexMap<&'a str, Vec<Standing<'a>>> = IndexMap::new();
        let mut spreads: HashSet<&'a str> = HashSet::new();
        let mut left: Vec<Set<'a>> = sets.to_vec();
        let mut next = 0;
        while let Some(Set { of, selected }) = left.get(next).copied() {
            next += 1;
            self.work = self.work.saturating_add(selected.items.len());
            for item in &selected.items {
                match &item.node {
                    Selection::Field(field) => {
                        if let Some(ty) = value_type(of, &field.node.name.node) {
                            let key = field.node.response_key().node.as_str();
                            fields.entry(key).or_default().push(Standing { parent: of, field, ty });
                        }
                    }
                    Selection::InlineFragment(inline) => {
                        let narrowed = match &inline.node.type_condition {
                            Some(condition) => registry.types.get(condition.node.on.node.as_str()),
                            None => Some(of),
                        };
                        let selected = &inline.node.selection_set.node;
                        left.extend(narrowed.map(|of| Set { of, selected }));
                    }
                    Selection::FragmentSpread(spread) => {
                        let name = spread.node.fragment_name.node.as_str();
                        if let Some(fragment) = self.fragments.get(name)
                            && spreads.insert(name)
                        {
                            let of = registry.types.get(fragment.node.type_condition.node.on.node.as_str());
                            let selected = &fragment.node.selection_set.node;
                            left.extend(of.map(|of| Set { of, selected }));
                        }
                    }
                }
            }
        }
        fields
    }

    /// What is selected below fields of one key.
    fn below(&self, fields: &[Standing<'a>]) -> Vec<Set<'a>> {
        let registry = self.registry;
        let below = fields.iter().filter(|standing| !standing.field.node.selection_set.node.items.is_empty());
        let set = |standing: &Standing<'a>| {
            let of = registry.types.get(MetaTypeName::concrete_typename(standing.ty))?;
            Some(Set { of, selected: &standing.field.node.selection_set.node })
        };
        below.filter_map(set).collect()
    }

    fn is_one_field(&mut self, key: &str, group: &[Standing<'a>]) -> bool {
        let Some((first, others)) = group.split_first() else { return true };
        let mut is_one = true;
        for other in others {
            let (one, another) = (&first.field.node, &other.field.node);
            if one.name.node != another.name.node {
                let (a, b) = (clip(&one.name.node), clip(&another.name.node));
                self.tell(
                    key,
                    first,
                    other,
                    format!("指代不同的字段 {a} 和 {b}"),
                    format!("stands for {a} and for {b}"),
                );
                is_one = false;
            } else if !same_arguments(one, another) {
                self.tell(key, first, other, "的参数不同".to_string(), "has different arguments".to_string());
                is_one = false;
            }
        }
        is_one
    }

    fn is_one_shape(&mut self, key: &str, fields: &[Standing<'a>]) -> bool {
        let Some((first, others)) = fields.split_first() else { return true };
        let mut is_one = true;
        for other in others {
            if !self.is_same_shape(first.ty, other.ty) {
                let (a, b) = (clip(first.ty), clip(other.ty));
                let (zh, en) = (format!("的类型分别为 {a} 和 {b}"), format!("is {a} in one place and {b} in another"));
                self.tell(key, first, other, zh, en);
                is_one = false;
            }
        }
        is_one
    }

    /// Lists are as deep, and null at the same places; at last both are the same leaf, or both have fields.
    fn is_same_shape(&self, one: &str, other: &str) -> bool {
        let (a, b) = (MetaTypeName::concrete_typename(one), MetaTypeName::concrete_typename(other));
        let has_fields = |name: &str| self.registry.types.get(name).is_some_and(MetaType::is_composite);
        wrapping(one) == wrapping(other) && (a == b || (has_fields(a) && has_fields(b)))
    }

    fn tell(&mut self, key: &str, one: &Standing<'a>, other: &Standing<'a>, zh: String, en: String) {
        let mut places = [one.field.pos, other.field.pos];
        places.sort_unstable();
        if self.told.insert((places[0], places[1])) {
            let key = clip(key);
            let error = invalid(format!("{key} {zh}，请使用不同的别名"), format!("{key} {en}. Use another alias."));
            self.found.add(places.to_vec(), error.at(key));
        }
    }
}

/// The type of a field's value; none if there is no such field.
fn value_type<'a>(of: &'a MetaType, name: &str) -> Option<&'a str> {
    match name {
        "__typename" => Some("String!"),
        name => of.field_by_name(name).map(|field| field.ty.as_str()),
    }
}

/// The fields of one key that one object may have: those of each type of objects, with those of the interfaces that any
/// of them may have.
fn together(fields: Vec<Standing<'_>>) -> Vec<Vec<Standing<'_>>> {
    let (of_objects, of_any): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|standing| matches!(standing.parent, MetaType::Object { .. }));
    let mut groups: IndexMap<&str, Vec<Standing<'_>>> = IndexMap::new();
    for standing in of_objects {
        groups.entry(standing.parent.name()).or_default().push(standing);
    }
    if groups.is_empty() {
        return vec![of_any];
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.extend(of_any.iter().copied()));
    groups
}

/// Whether two fields have the same arguments, in whatever order. A variable is the same as itself only.
fn same_arguments(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| other.get_argument(&name.node) == Some(value))
}

/// What stands behind the name in a type: where it ends lists and where it excludes null.
fn wrapping(ty: &str) -> &str {
    ty.trim_start_matches('[').trim_start_matches(|c: char| c == '_' || c.is_ascii_alphanumeric())
}
