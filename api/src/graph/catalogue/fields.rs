//! Words in which a type's fields are declared.

use std::sync::Arc;

use entities::CodeEnum;

use super::{Compute, EnumDef, FieldDef, Resolver, Scalar, Source, Text};

/// A column under its own GraphQL name.
pub fn column(name: impl Into<Text>, column: &'static str, scalar: Scalar, doc: impl Into<Text>) -> FieldDef {
    FieldDef::new(name, Source::Column(column, scalar), doc)
}

/// A column that holds a code.
pub fn code<E: CodeEnum>(name: &'static str, column: &'static str, doc: &'static str) -> FieldDef {
    FieldDef::new(name, Source::Column(column, Scalar::Enum(EnumDef::of::<E>())), doc)
}

/// An expression over the row.
pub fn expression(name: &'static str, sql: &'static str, scalar: Scalar, doc: &'static str) -> FieldDef {
    FieldDef::new(name, Source::Expression(sql, scalar), doc)
}

/// A member of an object in a JSON column; absent where the object has none.
pub fn member(
    name: impl Into<Text>,
    column: &'static str,
    key: impl Into<Text>,
    scalar: Scalar,
    doc: impl Into<Text>,
) -> FieldDef {
    FieldDef::new(name, Source::Member(column, key.into(), scalar), doc).optional()
}

/// A row of another type; null when it is out of the caller's reach.
pub fn one(name: &'static str, target: impl Into<Text>, on: &'static str, doc: &'static str) -> FieldDef {
    FieldDef::new(name, Source::One { target: target.into(), on }, doc).optional().filtered()
}

/// Rows of another type.
pub fn many(name: &'static str, target: &'static str, on: &'static str, doc: &'static str) -> FieldDef {
    FieldDef::new(name, Source::Many { target: target.into(), on }, doc).filtered()
}

/// A field whose values somebody else works out of others of the type.
pub fn resolved(
    name: impl Into<Text>,
    scalar: Scalar,
    needs: Vec<FieldDef>,
    resolver: Arc<dyn Resolver>,
    doc: impl Into<Text>,
) -> FieldDef {
    FieldDef::new(name, Source::Resolved { resolver, needs, scalar }, doc).optional()
}

/// A field computed after the statement.
pub fn computed(
    name: &'static str,
    scalar: Scalar,
    needs: &'static [(&'static str, &'static str, Scalar)],
    compute: Compute,
    doc: &'static str,
) -> FieldDef {
    FieldDef::new(name, Source::Computed { needs, compute, scalar }, doc).optional()
}
