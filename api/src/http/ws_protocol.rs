//! The words of `graphql-transport-ws`.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value as Json, json};

use crate::{http::execute::Sent, kernel::error::ApiError};

/// The sub-protocol's name.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Json>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Json>,
    },
    Pong {},
    Subscribe {
        id: String,
        #[serde(deserialize_with = "request")]
        payload: Sent,
    },
    Complete {
        id: String,
    },
}

/// A request within a message: what has a tag is read before it is known what it is, and unread variables cannot be.
fn request<'de, D: Deserializer<'de>>(message: D) -> Result<Sent, D::Error> {
    serde_json::from_value(Json::deserialize(message)?).map_err(D::Error::custom)
}

/// Why a socket is closed; the numbers are the protocol's, the reasons short enough for a close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    WrongProtocol,
    BadMessage,
    Unauthorized,
    Forbidden,
    TryLater,
    InitTimeout,
    Duplicate,
    TooManyInits,
    TooManyOperations,
    TooManySockets,
    TooLarge,
    NotUtf8,
    BrokenFrame,
    SlowConsumer,
    GoingAway,
}

impl Close {
    /// How to part after an error of the WebSocket itself; without a word if the connection broke.
    pub(super) fn after(error: &str) -> Option<Self> {
        // The library's own type is not ours to name: its words are what axum passes on.
        match error {
            text if text.contains("Space limit exceeded") => Some(Self::TooLarge),
            text if text.contains("UTF-8") => Some(Self::NotUtf8),
            text if text.contains("protocol error") && !text.contains("Connection reset") => Some(Self::BrokenFrame),
            _ => None,
        }
    }

    /// How to part from somebody of whom it is not known who he is: for good, or until that can be found out again.
    pub(super) fn unknown(error: &ApiError) -> Self {
        if error.code.retryable() { Self::TryLater } else { Self::Forbidden }
    }

    pub(super) fn frame(self) -> (u16, &'static str) {
        match self {
            Self::WrongProtocol => (4406, "Subprotocol not acceptable"),
            Self::BadMessage => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::TryLater => (1013, "Try again later"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Duplicate => (4409, "Subscriber already exists"),
            Self::TooManyInits => (4429, "Too many initialisation requests"),
            Self::TooManyOperations => (4429, "Too many operations"),
            Self::TooManySockets => (4429, "Too many sockets"),
            Self::TooLarge => (1009, "Message too large"),
            Self::NotUtf8 => (1007, "Not UTF-8"),
            Self::BrokenFrame => (1002, "Protocol error"),
            Self::SlowConsumer => (1013, "Too slow"),
            Self::GoingAway => (1001, "Going away"),
        }
    }
}

pub(super) fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

pub(super) fn pong(payload: Option<Json>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => json!({ "type": "pong" }).to_string(),
    }
}

/// `payload` is JSON text already.
pub(super) fn next(id: &str, payload: &str) -> String {
    format!("{{\"id\":{},\"type\":\"next\",\"payload\":{payload}}}", Json::from(id))
}

pub(super) fn error(id: &str, errors: Json) -> String {
    json!({ "id": id, "type": "error", "payload": errors }).to_string()
}

pub(super) fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}
