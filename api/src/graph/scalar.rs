//! Clients' values as parameters, checked.

use async_graphql::Value as ConstValue;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use sea_orm::Value;
use uuid::Uuid;

use crate::{
    graph::catalogue::Scalar,
    kernel::{
        error::{ApiError, Code},
        id,
        partial_date::PartialDate,
        year_month::YearMonth,
    },
};

/// A client's value of a scalar as a parameter. `at` names the argument in the error.
pub fn parameter(scalar: &Scalar, value: &ConstValue, at: &str) -> Result<Value, ApiError> {
    let text = match value {
        ConstValue::String(text) => text.clone(),
        ConstValue::Enum(name) => name.to_string(),
        ConstValue::Number(n) => n.to_string(),
        ConstValue::Boolean(b) => b.to_string(),
        _ => return Err(wrong(at, scalar)),
    };
    match (scalar, value) {
        (Scalar::Int | Scalar::Float, ConstValue::Number(_)) | (Scalar::Boolean, ConstValue::Boolean(_)) => {}
        (Scalar::Int | Scalar::Float | Scalar::Boolean, _) => return Err(wrong(at, scalar)),
        // An id of another type is the id of nothing, like one of another tenant.
        (Scalar::Id(prefix), _) => {
            return Ok(id::parse(&text).filter(|(p, _)| p == prefix).map_or(Uuid::nil(), |(_, u)| u).into());
        }
        _ => {}
    }
    from_text(scalar, &text).ok_or_else(|| wrong(at, scalar))
}

/// A value from its published text, as cursors carry it.
pub fn from_text(scalar: &Scalar, text: &str) -> Option<Value> {
    Some(match scalar {
        Scalar::Id(_) => Uuid::try_parse(text).ok()?.into(),
        Scalar::String | Scalar::Json => text.into(),
        Scalar::Int => text.parse::<i32>().ok()?.into(),
        Scalar::Long => text.parse::<i64>().ok()?.into(),
        Scalar::Float => text.parse::<f64>().ok()?.into(),
        Scalar::Boolean => text.parse::<bool>().ok()?.into(),
        Scalar::Date => date(text)?.into(),
        Scalar::PartialDate => text.parse::<PartialDate>().ok()?.to_string().into(),
        Scalar::YearMonth => text.parse::<YearMonth>().ok()?.to_string().into(),
        Scalar::Decimal => text.parse::<Decimal>().ok()?.to_string().into(),
        Scalar::DateTime => instant(text)?.into(),
        Scalar::Enum(set) => set.values().into_iter().find(|(name, _)| *name == text)?.0.into(),
    })
}

/// Values of a list as one JSON parameter, in the form in which the database keeps them.
pub fn list_parameter(scalar: &Scalar, values: &[ConstValue], at: &str) -> Result<Value, ApiError> {
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        texts.push(match (scalar, parameter(scalar, value, at)?) {
            (_, Value::Uuid(Some(id))) => id.simple().to_string(),
            (_, Value::ChronoDateTimeUtc(Some(t))) => t.to_rfc3339_opts(SecondsFormat::AutoSi, false),
            (_, Value::ChronoDate(Some(d))) => d.to_string(),
            (_, Value::String(Some(s))) => s.to_string(),
            (_, Value::Int(Some(n))) => n.to_string(),
            (_, Value::BigInt(Some(n))) => n.to_string(),
            (_, Value::Double(Some(n))) => n.to_string(),
            _ => return Err(wrong(at, scalar)),
        });
    }
    serde_json::to_string(&texts).map(Value::from).map_err(|_| ApiError::of(Code::InternalServerError))
}

fn date(text: &str) -> Option<NaiveDate> {
    // chrono takes "2025-1-2"; the contract has one spelling.
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    use chrono::SubsecRound;
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.with_timezone(&Utc).trunc_subsecs(6))
}

fn wrong(at: &str, scalar: &Scalar) -> ApiError {
    let (zh, en) = match scalar {
        Scalar::Id(_) => ("应为标识", "an id".to_string()),
        Scalar::String | Scalar::Json => ("应为文本", "text".into()),
        Scalar::Int => ("应为 32 位整数", "a 32-bit integer".into()),
        Scalar::Long => ("应为整数文本", "an integer as text".into()),
        Scalar::Float => ("应为数值", "a number".into()),
        Scalar::Boolean => ("应为 true 或 false", "true or false".into()),
        Scalar::Date => ("应为日期 YYYY-MM-DD", "a date, YYYY-MM-DD".into()),
        Scalar::PartialDate => ("应为 YYYY-MM 或 YYYY-MM-DD", "YYYY-MM or YYYY-MM-DD".into()),
        Scalar::YearMonth => ("应为 YYYY-MM", "YYYY-MM".into()),
        Scalar::Decimal => ("应为十进制数文本", "a decimal number as text".into()),
        Scalar::DateTime => ("应为 RFC 3339 时间", "an RFC 3339 instant".into()),
        Scalar::Enum(set) => ("应为枚举值", set.values().into_iter().map(|(v, _)| v).collect::<Vec<_>>().join(", ")),
    };
    ApiError::of(Code::BadUserInput).at(at).saying(format!("{at} {zh}"), format!("{at} takes {en}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_spelling() {
        assert!(from_text(&Scalar::Date, "2025-1-2").is_none());
        assert!(from_text(&Scalar::Date, "2025-02-30").is_none());
        assert!(from_text(&Scalar::DateTime, "2025-01-02T03:04:05+08:00").is_some());
        assert!(parameter(&Scalar::Int, &ConstValue::String("1".into()), "x").is_err());
        assert_eq!(
            parameter(&Scalar::Id("cad"), &ConstValue::String("nonsense".into()), "x").ok(),
            Some(Uuid::nil().into())
        );
    }
}
