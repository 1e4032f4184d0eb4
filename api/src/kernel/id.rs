//! Typed ids: `cad_` and 32 hexadecimal digits. Clients may not read anything out of them.

use std::{borrow::Cow, fmt, marker::PhantomData};

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};
use uuid::Uuid;

/// A type of the catalogue that commands name in their inputs and payloads.
pub trait ObjectType: Send + Sync + 'static {
    /// The GraphQL name.
    const NAME: &'static str;
    /// What its ids begin with, without the underscore.
    const PREFIX: &'static str;
}

/// The published form of an id.
pub fn publish(prefix: &str, id: Uuid) -> String {
    format!("{prefix}_{}", id.simple())
}

/// The prefix and number of a published id, if it has the form of one.
pub fn parse(text: &str) -> Option<(&str, Uuid)> {
    let (prefix, digits) = text.rsplit_once('_')?;
    // Only what `publish` writes: no hyphens, braces or capitals, so that an id has one spelling.
    let exact = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    exact.then(|| Uuid::try_parse(digits).ok().map(|id| (prefix, id)))?
}

/// An id given by a client. A malformed one, one of another type and one of another tenant all
/// lead to the same answer, so it is not refused here: it is simply the id of nothing.
pub struct Id<T: ObjectType> {
    uuid: Option<Uuid>,
    marker: PhantomData<fn() -> T>,
}

impl<T: ObjectType> Id<T> {
    /// The row's number; nil, which no row has, when the text was no id of this type.
    pub fn uuid(&self) -> Uuid {
        self.uuid.unwrap_or(Uuid::nil())
    }
}

impl<T: ObjectType> From<Uuid> for Id<T> {
    fn from(uuid: Uuid) -> Self {
        Self { uuid: Some(uuid), marker: PhantomData }
    }
}

impl<T: ObjectType> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self { uuid: self.uuid, marker: PhantomData }
    }
}

impl<T: ObjectType> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&publish(T::PREFIX, self.uuid()))
    }
}

impl<T: ObjectType> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&publish(T::PREFIX, self.uuid()))
    }
}

impl<T: ObjectType> InputType for Id<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ID")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <async_graphql::ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(text) => Ok(Self {
                uuid: parse(&text).filter(|(prefix, _)| *prefix == T::PREFIX).map(|(_, uuid)| uuid),
                marker: PhantomData,
            }),
            Value::Number(_) => Ok(Self { uuid: None, marker: PhantomData }),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(publish(T::PREFIX, self.uuid()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ab);
        let text = publish("cad", id);
        assert_eq!(parse(&text), Some(("cad", id)));
        for wrong in [text.to_uppercase(), format!("cad_{id}"), "cad_".into(), "cad".into(), String::new()] {
            assert_eq!(parse(&wrong), None, "{wrong}");
        }
    }
}
