//! The order of a connection and the cursors that belong to it.

use async_graphql::Value as ConstValue;
use sea_orm::Value;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    graph::{
        catalogue::{Scalar, TypeDef},
        plan::Planner,
        scalar::from_text,
    },
    kernel::{
        error::{ApiError, Code},
        reach::Binder,
    },
};

/// One column of an order.
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
    /// Tells cursors of this order, type and tenant from all others.
    tag: String,
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
        let wrong = || {
            ApiError::of(Code::BadUserInput).at("orderBy").saying(
                format!("orderBy 应为 1 至 {MAX_KEYS} 个排序项"),
                format!("orderBy takes 1 to {MAX_KEYS} items."),
            )
        };
        let one;
        let items: &[ConstValue] = match order_by {
            None => &[],
            Some(ConstValue::List(items)) if (1..=MAX_KEYS).contains(&items.len()) => items,
            Some(ConstValue::Object(_)) => {
                one = order_by.cloned().into_iter().collect::<Vec<_>>();
                &one
            }
            Some(_) => return Err(wrong()),
        };
        let mut spec = format!("{} {}", self.session.tenant().id, ty.name);
        let mut keys = vec![];
        for item in items {
            let ConstValue::Object(item) = item else { return Err(wrong()) };
            let word = |name: &str| match item.get(name) {
                Some(ConstValue::Enum(value)) => Some(value.as_str()),
                Some(ConstValue::String(value)) => Some(value.as_str()),
                _ => None,
            };
            let field = word("field").ok_or_else(wrong)?;
            let def = ty.fields.iter().find(|f| f.sort && screaming(f.name) == field).ok_or_else(wrong)?;
            let (descending, nulls_first) = (word("direction") == Some("DESC"), word("nulls") == Some("FIRST"));
            spec.push_str(&format!(" {field} {descending} {nulls_first}"));
            let (expression, scalar) = self.scalar(def, alias).ok_or_else(wrong)?;
            keys.push(Key { expression, scalar, descending, nullable: def.nullable, nulls_first });
        }
        if items.is_empty() && ty.default_order != "id" {
            let def = ty.find(ty.default_order).ok_or_else(wrong)?;
            let (expression, scalar) = self.scalar(def, alias).ok_or_else(wrong)?;
            keys.push(Key { expression, scalar, descending: false, nullable: def.nullable, nulls_first: false });
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
        Ok(Ordering { keys, tag })
    }

    /// The cursor of a row.
    pub(super) fn cursor(&mut self, ordering: &Ordering) -> String {
        let mut values = vec![format!("'{}'", ordering.tag)];
        values.extend(ordering.keys.iter().map(|k| self.dialect.text(k.scalar, &k.expression)));
        self.dialect.cursor(&values)
    }

    /// The condition under which a row comes after a cursor.
    pub(super) fn after(&mut self, ordering: &Ordering, cursor: &ConstValue) -> Result<String, ApiError> {
        let wrong = || {
            ApiError::of(Code::BadUserInput)
                .at("after")
                .saying("游标不属于此列表及排序", "The cursor does not belong to this list and order.")
        };
        let ConstValue::String(cursor) = cursor else { return Err(wrong()) };
        let values = decode(ordering, cursor).ok_or_else(wrong)?;
        let uniform = ordering.keys.iter().all(|k| !k.nullable && k.descending == ordering.keys[0].descending);
        if uniform {
            // A row comparison lets both planners walk the index from here.
            let left: Vec<&str> = ordering.keys.iter().map(|k| k.expression.as_str()).collect();
            let right: Vec<String> = values.into_iter().flatten().map(|v| self.bind(v)).collect();
            let sign = if ordering.keys[0].descending { "<" } else { ">" };
            return Ok(format!("({}) {sign} ({})", left.join(", "), right.join(", ")));
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
        Ok(format!("({})", ways.join(" or ")))
    }
}

impl Ordering {
    /// The `order by` list.
    pub(super) fn sql(&self) -> String {
        let mut parts = vec![];
        for key in &self.keys {
            if key.nullable {
                parts.push(format!("({} is null){}", key.expression, if key.nulls_first { " desc" } else { "" }));
            }
            parts.push(format!("{}{}", key.expression, if key.descending { " desc" } else { "" }));
        }
        parts.join(", ")
    }
}

fn decode(ordering: &Ordering, cursor: &str) -> Option<Vec<Option<Value>>> {
    let bytes = hex::decode(cursor).ok()?;
    let Json::Array(items) = serde_json::from_slice(&bytes).ok()? else { return None };
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
            Json::String(text) => from_text(key.scalar, text).map(Some),
            _ => None,
        })
        .collect()
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
