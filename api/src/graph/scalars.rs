//! Scalars of inputs and outputs beyond the built-in ones.
//!
//! A wrong spelling is kept, not refused by the parser: the command lists it among all other faults
//! of the input, with the field's path and what would be accepted.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use entities::CodeEnum;
use rust_decimal::Decimal;

use crate::{
    graph::{
        catalogue::{EnumDef, Scalar},
        scalar::from_text,
        schema::{enum_type, meta},
    },
    kernel::{
        error::{Code, Faults, UserError},
        partial_date::PartialDate,
        year_month::YearMonth,
    },
};

/// A value that is published as text of one form.
pub trait TextScalar: Sized + Clone + Send + Sync + 'static {
    /// GraphQL name.
    const NAME: &'static str;
    /// Documentation.
    const DOC: &'static str;
    /// Where the form is specified.
    const URL: Option<&'static str> = None;
    /// What would be accepted, in Chinese and English.
    const ACCEPTED: (&'static str, &'static str);
    /// The value of a text.
    fn read(text: &str) -> Option<Self>;
    /// The published text.
    fn write(&self) -> String;
}

impl TextScalar for NaiveDate {
    const NAME: &'static str = "Date";
    const DOC: &'static str = "A civil date in Asia/Shanghai, `YYYY-MM-DD`.";
    const URL: Option<&'static str> = Some("https://scalars.graphql.org/andimarek/local-date");
    const ACCEPTED: (&'static str, &'static str) = ("应为日期 YYYY-MM-DD", "takes a date, YYYY-MM-DD");
    fn read(text: &str) -> Option<Self> {
        match from_text(&Scalar::Date, text)? {
            sea_orm::Value::ChronoDate(date) => date,
            _ => None,
        }
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl TextScalar for DateTime<Utc> {
    const NAME: &'static str = "DateTime";
    const DOC: &'static str = "An instant, RFC 3339, in UTC with microseconds.";
    const URL: Option<&'static str> = Some("https://scalars.graphql.org/andimarek/date-time");
    const ACCEPTED: (&'static str, &'static str) = ("应为 RFC 3339 时间", "takes an RFC 3339 instant");
    fn read(text: &str) -> Option<Self> {
        match from_text(&Scalar::DateTime, text)? {
            sea_orm::Value::ChronoDateTimeUtc(instant) => instant,
            _ => None,
        }
    }
    fn write(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::Micros, true)
    }
}

impl TextScalar for PartialDate {
    const NAME: &'static str = "PartialDate";
    const DOC: &'static str = "A date known to the day or to the month, `YYYY-MM-DD` or `YYYY-MM` (J-07). \
        As input also `YYYYMM`, `YYYY.MM` and Chinese numerals.";
    const ACCEPTED: (&'static str, &'static str) = ("应为 YYYY-MM-DD 或 YYYY-MM", "takes YYYY-MM-DD or YYYY-MM");
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl TextScalar for YearMonth {
    const NAME: &'static str = "YearMonth";
    const DOC: &'static str = "A month, `YYYY-MM`.";
    const ACCEPTED: (&'static str, &'static str) = ("应为年月 YYYY-MM", "takes a month, YYYY-MM");
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl TextScalar for Decimal {
    const NAME: &'static str = "Decimal";
    const DOC: &'static str = "A decimal number as text, so that no digit is lost.";
    const ACCEPTED: (&'static str, &'static str) = ("应为十进制数文本", "takes a decimal number as text");
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

/// A scalar as a client gave it.
#[derive(Clone, Debug)]
pub enum Given<T> {
    /// Well spelt.
    Value(T),
    /// Not of the accepted form.
    Wrong(String),
}

impl<T: TextScalar> Given<T> {
    /// The value; a wrong spelling becomes a fault of this field.
    pub fn get(&self, field: &str, faults: &mut Faults) -> Option<T> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::Wrong(_) => {
                faults.add(UserError::new(
                    Code::InvalidFormat,
                    field,
                    format!("{field} {}", T::ACCEPTED.0),
                    format!("{field} {}.", T::ACCEPTED.1),
                ));
                None
            }
        }
    }
}

impl<T: TextScalar> serde::Serialize for Given<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => serializer.serialize_str(&value.write()),
            Self::Wrong(text) => serializer.serialize_str(text),
        }
    }
}

impl<T: TextScalar> InputType for Given<T> {
    type RawValueType = Self;
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
    fn create_type_info(registry: &mut Registry) -> String {
        registry.types.entry(T::NAME.into()).or_insert_with(|| meta::scalar(T::NAME, T::DOC, T::URL));
        Self::qualified_type_name()
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(text) => Ok(T::read(&text).map_or(Self::Wrong(text), Self::Value)),
            Value::Null => Err(InputValueError::expected_type(Value::Null)),
            other => Ok(Self::Wrong(other.to_string())),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(match self {
            Self::Value(value) => value.write(),
            Self::Wrong(text) => text.clone(),
        })
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// A scalar that we publish.
#[derive(Clone, Debug)]
pub struct Published<T>(pub T);

impl<T: TextScalar> OutputType for Published<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
    fn create_type_info(registry: &mut Registry) -> String {
        Given::<T>::create_type_info(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.0.write()))
    }
}

/// One of a closed set of codes, in an input or output of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gql<E>(pub E);

impl<E: CodeEnum + serde::Serialize> serde::Serialize for Gql<E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<E: CodeEnum> InputType for Gql<E> {
    type RawValueType = Self;
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(E::NAME)
    }
    fn create_type_info(registry: &mut Registry) -> String {
        enum_type(registry, &EnumDef::of::<E>());
        <Self as InputType>::qualified_type_name()
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let text = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(text) => text,
            _ => return Err(InputValueError::expected_type(value)),
        };
        E::parse(text).map(Self).ok_or_else(|| InputValueError::custom(format!("not a value of {}", E::NAME)))
    }
    fn to_value(&self) -> Value {
        Value::Enum(async_graphql::Name::new(self.0.as_str()))
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<E: CodeEnum> OutputType for Gql<E> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(E::NAME)
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <Self as InputType>::create_type_info(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(<Self as InputType>::to_value(self))
    }
}

/// Any JSON value.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct JsonText(pub serde_json::Value);

impl InputType for JsonText {
    type RawValueType = Self;
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("JSON")
    }
    fn create_type_info(registry: &mut Registry) -> String {
        let doc = "Any JSON value.";
        let url = Some("https://www.rfc-editor.org/rfc/rfc8259");
        registry.types.entry("JSON".into()).or_insert_with(|| meta::scalar("JSON", doc, url));
        <Self as InputType>::qualified_type_name()
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        value.into_json().map(Self).map_err(|_| InputValueError::custom("not JSON"))
    }
    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for JsonText {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("JSON")
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <Self as InputType>::create_type_info(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(<Self as InputType>::to_value(self))
    }
}

/// A 64-bit integer as text, which JavaScript does not round.
#[derive(Clone, Copy, Debug)]
pub struct LongText(pub i64);

impl LongText {
    /// Registers the scalar.
    pub fn create_type_info(registry: &mut Registry) -> String {
        let doc = "A 64-bit integer as text.";
        registry.types.entry("Long".into()).or_insert_with(|| meta::scalar("Long", doc, None));
        "Long!".into()
    }
}

impl OutputType for LongText {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Long")
    }
    fn create_type_info(registry: &mut Registry) -> String {
        LongText::create_type_info(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.0.to_string()))
    }
}

/// A number as `Int` has it; one that is too large is the largest.
pub fn whole(n: impl TryInto<i32>) -> i32 {
    n.try_into().unwrap_or(i32::MAX)
}
