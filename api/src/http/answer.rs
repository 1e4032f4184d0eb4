//! Plain JSON answers outside GraphQL.

use axum::{
    Json,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    http::request::REQUEST_ID,
    kernel::{
        error::{ApiError, Code},
        session::RequestInfo,
    },
};

/// An answer that nobody may keep: tokens, and errors about them.
pub fn answer<T: Serialize>(outcome: Result<T, ApiError>, info: &RequestInfo) -> Response {
    let mut response = match outcome {
        Ok(body) => Json(body).into_response(),
        Err(error) => failure(&error, info),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    echo(headers, info);
    response
}

/// The answer of an error: `{"error":{"code","message","requestId","retryable"}}` and `field` where one is to
/// blame, under the code's status. A rule's refusal is 422: there is no payload that could carry it.
pub fn failure(error: &ApiError, info: &RequestInfo) -> Response {
    let status = match StatusCode::from_u16(error.code.status()) {
        Ok(StatusCode::OK) => StatusCode::UNPROCESSABLE_ENTITY,
        Ok(status) => status,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut body = json!({ "error": {
        "code": error.code,
        "message": error.message(info.locale),
        "requestId": info.id,
        "retryable": error.code.retryable(),
    }});
    if let Some(field) = &error.field {
        body["error"]["field"] = json!(field);
    }
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    if let Some(seconds) = error.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.code == Code::Unauthenticated {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    echo(headers, info);
    response
}

fn echo(headers: &mut HeaderMap, info: &RequestInfo) {
    if let Ok(id) = HeaderValue::from_str(&info.id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
}
