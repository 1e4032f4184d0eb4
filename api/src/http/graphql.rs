//! `POST /graphql`: content type, size, guard, caller, execution within the deadline, answer.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

use crate::{
    http::{
        app::App,
        body,
        execute::{Reply, Sent, failed, run},
        request::{REQUEST_ID, bearer, is_json, request_info},
    },
    kernel::{
        error::{ApiError, Code},
        session::{RequestInfo, Session},
    },
};

/// The media type of a GraphQL answer that says by its status whether the request was executed.
const GRAPHQL: &str = "application/graphql-response+json";
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The handler of `/graphql`.
pub(super) async fn graphql(State(app): State<App>, request: Request) -> Response {
    let (parts, incoming) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    let own = accepts(&parts.headers);
    if parts.method != Method::POST {
        let error = ApiError::of(Code::MethodNotAllowed);
        let mut response = respond(own, Reply { body: failed(&error, &info), refused: Some(error.code) }, &info);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let handled = handle(&app, &parts.headers, incoming, &info);
    let outcome = match tokio::time::timeout(app.settings.deadline, handled).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ApiError::of(Code::DeadlineExceeded)),
    };
    match outcome {
        Ok(reply) => respond(own, reply, &info),
        Err(error) => {
            let mut response = respond(own, Reply { body: failed(&error, &info), refused: Some(error.code) }, &info);
            if let Some(seconds) = error.retry_after {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

async fn handle(
    app: &App,
    headers: &HeaderMap,
    incoming: axum::body::Body,
    info: &RequestInfo,
) -> Result<Reply, ApiError> {
    // Forms and plain text need no pre-flight from another site's page: they are never read.
    if !is_json(headers) {
        return Err(ApiError::of(Code::UnsupportedMediaType)
            .saying("请求体应为 application/json", "The body must be application/json."));
    }
    let bytes = body::read(incoming, app.settings.limits.body_bytes).await?;
    let sent: Sent = serde_json::from_slice(&bytes).map_err(|_| {
        ApiError::of(Code::BadUserInput).saying(
            "请求体应为含 query、variables、operationName 的 JSON 对象",
            "The body must be one JSON object with query, variables and operationName.",
        )
    })?;
    let session = authenticated(app, headers, info).await?;
    let ready = sent.ready(app)?;
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|v| v.to_str().ok());
    Ok(run(app, ready, session.as_ref(), key, info).await)
}

/// The caller of a request: nobody without a token, and nobody else with a wrong one.
pub(super) async fn authenticated(
    app: &App,
    headers: &HeaderMap,
    info: &RequestInfo,
) -> Result<Option<Session>, ApiError> {
    if !headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let token = bearer(headers).ok_or(ApiError::of(Code::Unauthenticated))?;
    app.identity.authenticate(token, info.clone()).await.map(Some)
}

/// Whether the client asks for the GraphQL media type.
fn accepts(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|v| v.to_str().ok()).any(|v| v.contains(GRAPHQL))
}

fn respond(own: bool, reply: Reply, info: &RequestInfo) -> Response {
    // With `application/json` a well-formed request is 200 whatever became of it; older clients expect that.
    let status = match reply.refused {
        None => StatusCode::OK,
        Some(Code::GraphqlParseFailed | Code::GraphqlValidationFailed) if !own => StatusCode::OK,
        Some(code) => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    let media =
        if own { "application/graphql-response+json; charset=utf-8" } else { "application/json; charset=utf-8" };
    let mut response = (status, reply.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Ok(id) = HeaderValue::from_str(&info.id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    response
}
