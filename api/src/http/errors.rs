//! Errors as clients see them: a code, a message in their language, the path; nothing of the inside.

use async_graphql::{PathSegment, ServerError};
use serde_json::{Value as Json, json};

use crate::{
    graph::post::{FieldError, MAX_ERRORS, Step},
    kernel::{
        error::{ApiError, Code},
        session::{Locale, RequestInfo},
    },
};

/// An error of the whole request.
pub(super) fn request(error: &ApiError, info: &RequestInfo) -> Json {
    json!({ "message": error.message(info.locale), "extensions": extensions(error, info) })
}

/// An error of one root field that the engine could not read.
pub(super) fn root(error: &ApiError, key: &str, info: &RequestInfo) -> Json {
    json!({ "message": error.message(info.locale), "path": [key], "extensions": extensions(error, info) })
}

/// An error of a field inside the engine's answer.
pub(super) fn field(fault: &FieldError, info: &RequestInfo) -> Json {
    let path: Vec<Json> = fault
        .path
        .iter()
        .map(|step| match step {
            Step::Key(key) => json!(key),
            Step::Index(i) => json!(i),
        })
        .collect();
    json!({ "message": fault.error.message(info.locale), "path": path, "extensions": extensions(&fault.error, info) })
}

/// The library's errors. `executing` tells whether validation was passed; `open`, whether the caller may know the
/// schema, whose names the library's words are full of.
pub(super) fn library(errors: &[ServerError], executing: bool, open: bool, info: &RequestInfo) -> Vec<Json> {
    errors.iter().take(MAX_ERRORS).map(|error| one(error, executing, open, info)).collect()
}

fn one(error: &ServerError, executing: bool, open: bool, info: &RequestInfo) -> Json {
    let ours = error.source.as_ref().and_then(|s| s.downcast_ref::<ApiError>());
    // What the library says of a document names only what the client wrote and the public schema.
    let theirs = || {
        let code = if executing { Code::BadUserInput } else { Code::GraphqlValidationFailed };
        if !open {
            return ApiError::of(code);
        }
        let text = clip(&error.message);
        // The library speaks English only; what it is about is said in the client's language first.
        ApiError::of(code).saying(format!("{}：{text}", code.message(Locale::ZhCn)), text)
    };
    // What does not fit the schema tells of it, whoever says so.
    let may_be_told = |error: &ApiError| open || error.code != Code::GraphqlValidationFailed;
    let error_of = match ours {
        Some(error) if may_be_told(error) => error.clone(),
        Some(error) => ApiError::of(error.code),
        None => theirs(),
    };
    let mut out = json!({ "message": error_of.message(info.locale) });
    if !error.locations.is_empty() {
        out["locations"] = error.locations.iter().map(|p| json!({ "line": p.line, "column": p.column })).collect();
    }
    if !error.path.is_empty() {
        out["path"] = error
            .path
            .iter()
            .map(|s| match s {
                PathSegment::Field(key) => json!(key),
                PathSegment::Index(i) => json!(i),
            })
            .collect();
    }
    out["extensions"] = extensions(&error_of, info);
    out
}

fn extensions(error: &ApiError, info: &RequestInfo) -> Json {
    let mut out = json!({ "code": error.code, "requestId": info.id, "retryable": error.code.retryable() });
    if let Some(field) = &error.field {
        out["field"] = json!(field);
    }
    out
}

/// A message does not hand a client's own megabyte back to it.
fn clip(message: &str) -> String {
    const LONGEST: usize = 280;
    message.chars().take(LONGEST).collect()
}
