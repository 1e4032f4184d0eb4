//! Values of custom fields: held to what the plug-in declares, and written beside their indexes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use declarative::{Field, FieldKind, Plugin};
use entities::{custom_field, plugin_slot};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbBackend, Iden, Iterable, Value, sea_query::Expr};
use serde_json::Value as Json;

use crate::{
    graph::{catalogue::Scalar, dialect::Dialect},
    kernel::{
        error::{ApiError, Code, Fault, UserError},
        tx::{Inner, plus_one},
    },
};

/// The longest text.
const MAX_TEXT: usize = 1_000;

/// A value that a field accepts; null takes it away.
pub fn accepted(plugin: &Plugin, field: &Field, value: &Json, at: &str) -> Result<(), UserError> {
    let (fits, zh, en) = match (&field.kind, value) {
        (_, Json::Null) => return Ok(()),
        (FieldKind::Text, value) => {
            let fits = value.as_str().is_some_and(|t| t.chars().count() <= MAX_TEXT && !t.contains('\0'));
            (
                fits,
                format!("应为不超过 {MAX_TEXT} 个字符的文本"),
                format!("Takes text of at most {MAX_TEXT} characters."),
            )
        }
        (FieldKind::Integer, value) => {
            let fits = value.as_i64().is_some_and(|n| i32::try_from(n).is_ok());
            (fits, "应为 32 位整数".into(), "Takes a 32-bit integer.".into())
        }
        (FieldKind::Number, value) => (value.is_number(), "应为数值".into(), "Takes a number.".into()),
        (FieldKind::Boolean, value) => (value.is_boolean(), "应为 true 或 false".into(), "Takes true or false.".into()),
        (FieldKind::Date, value) => {
            let fits = value.as_str().is_some_and(|t| t.len() == 10 && t.parse::<NaiveDate>().is_ok());
            (fits, "应为日期 YYYY-MM-DD".into(), "Takes a date, YYYY-MM-DD.".into())
        }
        (FieldKind::Code(set), value) => {
            let codes: Vec<&str> = plugin.codes_of(set).collect();
            let fits = value.as_str().is_some_and(|t| codes.contains(&t));
            (fits, format!("应为其中之一：{}", codes.join("、")), format!("It is one of {}.", codes.join(", ")))
        }
        (FieldKind::Json, _) => (true, String::new(), String::new()),
    };
    if fits { Ok(()) } else { Err(UserError::new(Code::InvalidValue, at, zh, en)) }
}

/// A value as an indexed column holds it.
pub fn indexed(kind: &FieldKind, value: &Json) -> Value {
    match kind {
        FieldKind::Integer => Value::from(value.as_i64().and_then(|n| i32::try_from(n).ok())),
        FieldKind::Date => Value::from(value.as_str().and_then(|t| t.parse::<NaiveDate>().ok())),
        _ => Value::from(value.as_str().map(str::to_string)),
    }
}

/// The column of a slot's name.
pub fn column(slot: &str) -> Option<custom_field::Column> {
    custom_field::Column::iter().find(|column| column.unquoted() == slot)
}

/// Fills an indexed column from the values that are there already.
pub async fn project(
    tx: &Inner,
    target: &str,
    field: &str,
    slot: &str,
    kind: &FieldKind,
    backend: DbBackend,
) -> Result<(), Fault> {
    let Some(column) = column(slot) else { return Err(Code::InternalServerError.into()) };
    let scalar = match kind {
        FieldKind::Integer => Scalar::Int,
        FieldKind::Date => Scalar::Date,
        _ => Scalar::String,
    };
    let value = Dialect::of(backend).member_of(&scalar, "data", field);
    tx.change::<custom_field::Entity>()
        .filter(custom_field::Column::Target.eq(target))
        .set(column, Expr::cust(value))
        .run()
        .await?;
    Ok(())
}

/// Gives a field's values another name, in the rows and in its index: one statement, however many rows there are.
pub async fn rename(tx: &Inner, target: &str, from: &str, to: &str, backend: DbBackend) -> Result<(), Fault> {
    // The names were checked when the plug-in was: small letters, digits and one underscore.
    tx.change::<custom_field::Entity>()
        .filter(custom_field::Column::Target.eq(target))
        .filter(Expr::cust(format!("(data -> '{from}') is not null")))
        .set(custom_field::Column::Data, Expr::cust(Dialect::of(backend).renamed("data", from, to)))
        .set(custom_field::Column::Version, plus_one(custom_field::Column::Version))
        .run()
        .await?;
    tx.change::<plugin_slot::Entity>()
        .filter(plugin_slot::Column::Target.eq(target))
        .filter(plugin_slot::Column::Field.eq(from))
        .set(plugin_slot::Column::Field, Expr::value(to))
        .run()
        .await?;
    Ok(())
}

/// Gives a field's values other codes, in the rows and in their index: one statement, however many rows there are, so that
/// two codes can change places.
pub async fn recode(
    tx: &Inner,
    target: &str,
    field: &str,
    codes: &BTreeMap<String, String>,
    backend: DbBackend,
) -> Result<(), Fault> {
    // Names and codes were checked when the plug-in was: letters, digits and low lines.
    let value = format!("(data ->> '{field}')");
    let arms: Vec<String> = codes.iter().map(|(before, now)| format!("when '{before}' then '{now}'")).collect();
    let now = format!("case {value} {} end", arms.join(" "));
    let slot = tx
        .parts::<plugin_slot::Entity>()
        .filter(plugin_slot::Column::Target.eq(target))
        .filter(plugin_slot::Column::Field.eq(field))
        .one()
        .await?;
    let mut change = tx
        .change::<custom_field::Entity>()
        .filter(custom_field::Column::Target.eq(target))
        .filter(Expr::cust(format!("{value} in ({})", quoted(codes.keys().map(String::as_str)))))
        .set(custom_field::Column::Data, Expr::cust(Dialect::of(backend).replaced("data", field, &now)))
        .set(custom_field::Column::Version, plus_one(custom_field::Column::Version));
    if let Some(column) = slot.and_then(|slot| column(&slot.slot)) {
        change = change.set(column, Expr::cust(now));
    }
    change.run().await?;
    Ok(())
}

/// How many objects have a value of a field that is none of these codes.
pub async fn outside(tx: &Inner, target: &str, field: &str, codes: &BTreeSet<&str>) -> Result<u64, ApiError> {
    tx.parts::<custom_field::Entity>()
        .filter(custom_field::Column::Target.eq(target))
        .filter(Expr::cust(format!("(data ->> '{field}') not in ({})", quoted(codes.iter().copied()))))
        .count()
        .await
}

fn quoted<'c>(codes: impl Iterator<Item = &'c str>) -> String {
    codes.map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", ")
}

/// Puts a value into a row's indexed column.
pub fn put(row: &mut custom_field::ActiveModel, slot: &str, value: Value) {
    if let Some(column) = column(slot) {
        row.set(column, value);
    }
}
