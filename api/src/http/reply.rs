//! The answer to a GraphQL request, whichever transport carries it.

use serde_json::{Map, Value as Json, json};

use crate::{
    http::errors,
    kernel::{
        error::{ApiError, Code},
        session::RequestInfo,
    },
};

/// What goes out.
pub(super) struct Reply {
    /// The answer: a JSON object without `extensions`.
    pub(super) body: String,
    /// Its `extensions`.
    pub(super) extensions: Map<String, Json>,
    /// The code with which the whole request failed before it was executed.
    pub(super) refused: Option<Code>,
}

impl Reply {
    /// The answer to an operation that was carried out; `data` is JSON text already.
    pub(super) fn of(data: &str, faults: Vec<Json>, extensions: Map<String, Json>) -> Self {
        let errors = if faults.is_empty() { String::new() } else { format!(",\"errors\":{}", Json::Array(faults)) };
        Self { body: format!("{{\"data\":{data}{errors}}}"), extensions, refused: None }
    }

    /// The answer to a request that failed as a whole.
    pub(super) fn failed(error: &ApiError, info: &RequestInfo) -> Self {
        let body = json!({ "errors": [errors::request(error, info)] }).to_string();
        Self { body, extensions: Map::new(), refused: Some(error.code) }
    }

    /// The answer as it goes out.
    pub(super) fn into_text(self) -> String {
        if self.extensions.is_empty() {
            return self.body;
        }
        let mut text = self.body;
        // The closing bracket moves behind them.
        text.pop();
        text.push_str(&format!(",\"extensions\":{}}}", Json::Object(self.extensions)));
        text
    }

    /// The errors of a request that failed as a whole.
    pub(super) fn into_errors(self) -> Vec<Json> {
        match serde_json::from_str(&self.body) {
            Ok(Json::Object(mut whole)) => match whole.remove("errors") {
                Some(Json::Array(errors)) => errors,
                _ => vec![],
            },
            _ => vec![],
        }
    }
}
