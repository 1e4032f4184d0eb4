//! The order of a connection and the cursors that belong to it.

use async_graphql::Value as ConstValue;
use sea_orm::Value;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    graph::{
        catalogue::{FieldDef, Scalar, Source, TypeDef},
        plan::{Planner, fill},
        scalar::from_text,
    },
    kernel::{
        error::{ApiError, Code},
        reach::Binder,
    },
};

/// One column of an order.
#[derive(Clone)]
struct Key {
    expression: String,
    scalar: Scalar,
    descending: bool,
    nullable: bool,
    nulls_first: bool,
}

/// An order over a type's rows, always total: it ends with the id.
pub(super) struct Ordering {
    keys: Vec<Key>,
    /// Related rows that keys are taken from, as `left join`s.
    joins: String,
    /// Tells cursors of this order, type and tenant from all others.
    tag: String,
}

/// What a cursor divides a list into.
pub(super) struct Bound {
    /// The rows on the side that is read.
    pub(super) within: String,
    /// The cursor's own row and those on the other side.
    pub(super) beyond: String,
}

/// What an `orderBy` can name: a field of the row, or one of a row that it refers to.
pub(super) struct Sortable<'a> {
    /// The enum value.
    pub(super) name: String,
    /// The relation, if the field is the related row's.
    pub(super) relation: Option<&'a FieldDef>,
    /// The field.
    pub(super) field: &'a FieldDef,
}

/// Everything that a type can be ordered by. `find` looks a type up.
pub(super) fn sortable<'a>(ty: &'a TypeDef, find: &dyn Fn(&str) -> Option<&'a TypeDef>) -> Vec<Sortable<'a>> {
    let own = |field: &'a FieldDef| Sortable { name: screaming(&field.name), relation: None, field };
    let mut out: Vec<Sortable<'a>> = ty.fields.iter().filter(|f| f.sort).map(own).collect();
    for relation in ty.fields.iter().filter(|f| !f.through.is_empty()) {
        let Source::One { target, .. } = &relation.source else { continue };
        let Some(target) = find(target) else { continue };
        for field in relation.through.iter().filter_map(|name| target.find(name)) {
            let name = format!("{}_{}", screaming(&relation.name), screaming(&field.name));
            out.push(Sortable { name, relation: Some(relation), field });
        }
    }
    out
}

/// More columns than this make no better order.
const MAX_KEYS: usize = 5;

impl<'a> Planner<'a> {
    pub(super) fn ordering(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        order_by: Option<&ConstValue>,
    ) -> Result<Ordering, ApiError> {
        let asked = asked(order_by)?;
        let mut spec = format!("{} {}", self.session.tenant().id, ty.name);
        let mut keys = vec![];
        let mut joins = String::new();
        for Asked { name, descending, nulls_first } in &asked {
            let (descending, nulls_first) = (*descending, *nulls_first);
            let catalogue = self.catalogue;
            let found = sortable(ty, &|name| catalogue.by_name(name)).into_iter().find(|s| s.name == *name);
            let found = found.ok_or_else(wrong_order)?;
            spec.push_str(&format!(" {name} {descending} {nulls_first}"));
            let (expression, scalar, nullable) = match found.relation {
                None => self.seen(ty, found.field, alias, "orderBy")?,
                Some(relation) => {
                    let (target, other, join) = self.join(relation, alias, "orderBy")?;
                    joins.push_str(&join);
                    let (expression, scalar, _) = self.seen(target, found.field, &other, "orderBy")?;
                    // The related row may be missing, or out of reach.
                    (expression, scalar, true)
                }
            };
            keys.push(Key { expression, scalar, descending, nullable, nulls_first });
        }
        if asked.is_empty() && ty.default_order != "id" {
            let def = ty.find(&ty.default_order).ok_or_else(wrong_order)?;
            let (expression, scalar, nullable) = self.seen(ty, def, alias, "orderBy")?;
            keys.push(Key { expression, scalar, descending: ty.descending, nullable, nulls_first: false });
        }
        let descending = keys.last().is_some_and(|k| k.descending);
        keys.push(Key {
            expression: format!("{alias}.id"),
            scalar: Scalar::Id(ty.prefix),
            descending,
            nullable: false,
            nulls_first: false,
        });
        let tag = hex::encode(&Sha256::digest(spec)[..8]);
        Ok(Ordering { keys, joins, tag })
    }

    /// The row that a relation to one leads to, joined so that its values can be compared: of what the caller may
    /// not reach there is no row.
    pub(super) fn join(
        &mut self,
        relation: &FieldDef,
        alias: &str,
        at: &str,
    ) -> Result<(&'a TypeDef, String, String), ApiError> {
        let Source::One { target, on } = &relation.source else { return Err(ApiError::of(Code::InternalServerError)) };
        let target = self.target(target)?;
        let other = self.alias();
        let base = self.base(target, &other).ok_or_else(|| ApiError::of(Code::Forbidden).at(at))?;
        let on = fill(on, alias, &other, &self.tenant());
        let join = format!(" left join {} {other} on {base} and {on}", target.table);
        Ok((target, other, join))
    }

    /// The values of a row's cursor, to be sealed when the answer is here.
    pub(super) fn cursor(&mut self, ordering: &Ordering) -> String {
        self.sealing = true;
        let mark = self.bind(self.key.mark().into());
        let mut values = vec![format!("'{}'", ordering.tag)];
        values.extend(ordering.keys.iter().map(|k| self.dialect.text(&k.scalar, &k.expression)));
        format!("{mark} || {}", self.dialect.hexadecimal(&values))
    }

    /// What a cursor says of the rows of its list: those after it in this order, and the others.
    pub(super) fn bound(&mut self, ordering: &Ordering, cursor: &ConstValue, at: &str) -> Result<Bound, ApiError> {
        let wrong = || {
            ApiError::of(Code::BadUserInput)
                .at(at)
                .saying("游标不属于此列表及排序", "The cursor does not belong to this list and order.")
        };
        let ConstValue::String(cursor) = cursor else { return Err(wrong()) };
        let values = self.key.open(cursor).and_then(|values| decode(ordering, &values)).ok_or_else(wrong)?;
        let uniform = ordering.keys.iter().all(|k| !k.nullable && k.descending == ordering.keys[0].descending);
        if uniform {
            // A row comparison lets both planners walk the index from here.
            let left: Vec<&str> = ordering.keys.iter().map(|k| k.expression.as_str()).collect();
            let right: Vec<String> = values.into_iter().flatten().map(|v| self.bind(v)).collect();
            let (left, right) = (left.join(", "), right.join(", "));
            let (within, beyond) = if ordering.keys[0].descending { ("<", ">=") } else { (">", "<=") };
            return Ok(Bound {
                within: format!("({left}) {within} ({right})"),
                beyond: format!("({left}) {beyond} ({right})"),
            });
        }
        let mut equal: Vec<String> = vec![];
        let mut ways = vec![];
        for (key, value) in ordering.keys.iter().zip(values) {
            let e = &key.expression;
            let (later, same) = match value {
                None if key.nulls_first => (Some(format!("{e} is not null")), format!("{e} is null")),
                None => (None, format!("{e} is null")),
                Some(value) => {
                    let p = self.bind(value);
                    let sign = if key.descending { "<" } else { ">" };
                    let nulls =
                        if key.nullable && !key.nulls_first { format!(" or {e} is null") } else { String::new() };
                    (Some(format!("({e} {sign} {p}{nulls})")), format!("{e} = {p}"))
                }
            };
            if let Some(later) = later {
                let mut all = equal.clone();
                all.push(later);
                ways.push(format!("({})", all.join(" and ")));
            }
            equal.push(same);
        }
        let within = format!("({})", ways.join(" or "));
        Ok(Bound { beyond: format!("({within} is not true)"), within })
    }
}

impl Ordering {
    /// The same rows from the other end.
    pub(super) fn reversed(&self) -> Self {
        let turned = |k: &Key| Key { descending: !k.descending, nulls_first: !k.nulls_first, ..k.clone() };
        Self { keys: self.keys.iter().map(turned).collect(), joins: self.joins.clone(), tag: self.tag.clone() }
    }

    /// The related rows that it needs beside the list's own.
    pub(super) fn joins(&self) -> &str {
        &self.joins
    }

    /// The `order by` list.
    pub(super) fn sql(&self) -> String {
        let part = |key: &Key| {
            let direction = if key.descending { " desc" } else { "" };
            // Said so, and not as a key of its own, both planners may walk an index.
            let nulls = match (key.nullable, key.nulls_first) {
                (false, _) => "",
                (true, true) => " nulls first",
                (true, false) => " nulls last",
            };
            format!("{}{direction}{nulls}", key.expression)
        };
        self.keys.iter().map(part).collect::<Vec<_>>().join(", ")
    }
}

fn decode(ordering: &Ordering, values: &[u8]) -> Option<Vec<Option<Value>>> {
    let Json::Array(items) = serde_json::from_slice(values).ok()? else { return None };
    let (tag, values) = items.split_first()?;
    if tag.as_str() != Some(&ordering.tag) || values.len() != ordering.keys.len() {
        return None;
    }
    ordering
        .keys
        .iter()
        .zip(values)
        .map(|(key, value)| match value {
            Json::Null if key.nullable => Some(None),
            Json::String(text) => from_text(&key.scalar, text).map(Some),
            _ => None,
        })
        .collect()
}

/// One part of an `orderBy`.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// The parts of an `orderBy`, of a list or of groups.
pub(super) fn asked(order_by: Option<&ConstValue>) -> Result<Vec<Asked>, ApiError> {
    let items = match order_by {
        None => &[],
        Some(ConstValue::List(items)) if (1..=MAX_KEYS).contains(&items.len()) => items.as_slice(),
        Some(one @ ConstValue::Object(_)) => std::slice::from_ref(one),
        Some(_) => return Err(wrong_order()),
    };
    let read = |item: &ConstValue| {
        let ConstValue::Object(item) = item else { return Err(wrong_order()) };
        let word = |name: &str| match item.get(name) {
            Some(ConstValue::Enum(value)) => Some(value.as_str()),
            Some(ConstValue::String(value)) => Some(value.as_str()),
            _ => None,
        };
        let name = word("field").ok_or_else(wrong_order)?.to_string();
        let (descending, nulls_first) = (word("direction") == Some("DESC"), word("nulls") == Some("FIRST"));
        Ok(Asked { name, descending, nulls_first })
    };
    items.iter().map(read).collect()
}

pub(super) fn wrong_order() -> ApiError {
    ApiError::of(Code::BadUserInput)
        .at("orderBy")
        .saying(format!("orderBy 应为 1 至 {MAX_KEYS} 个排序项"), format!("orderBy takes 1 to {MAX_KEYS} items."))
}

/// A field's name as an order's enum value: `stateSince` is `STATE_SINCE`.
pub(super) fn screaming(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
