//! `/graphql`: media types, caller, guard, execution within the deadline, answer.

use axum::{
    body::Body,
    extract::{Query, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    http::{
        admit::admit,
        app::App,
        body,
        execute::{Sent, run},
        media::{Media, negotiate},
        reply::Reply,
        request::{bearer, idempotency_key, is_json, request_info},
    },
    kernel::{
        error::{ApiError, Code},
        session::{RequestInfo, Session},
    },
};

/// Asks for `extensions.cost`.
const COST: &str = "x-zugong-cost";
/// Headers that no page of another site can send without asking first.
const PREFLIGHTED: [&str; 2] = ["x-graphql-csrf", "apollo-require-preflight"];

/// The handler of `/graphql`.
pub(super) async fn graphql(State(app): State<App>, request: Request) -> Response {
    let (parts, incoming) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    let media = negotiate(&parts.headers);
    // How long the body may take is its reader's to say; what is carried out has the deadline for itself.
    let outcome = match taken(&app, &parts, incoming, media).await {
        Ok(sent) => {
            let handled = tokio::time::timeout(app.settings.deadline, handled(&app, &parts, sent, &info)).await;
            handled.unwrap_or_else(|_| Err(ApiError::of(Code::DeadlineExceeded)))
        }
        Err(error) => Err(error),
    };
    let media = media.unwrap_or(Media::Json);
    match outcome {
        Ok(reply) => respond(media, reply),
        Err(error) => refusal(media, &error, &info, if parts.method == Method::GET { "POST" } else { "GET, POST" }),
    }
}

/// The request, wherever the method has it.
async fn taken(app: &App, parts: &Parts, incoming: Body, media: Option<Media>) -> Result<Sent, ApiError> {
    if media.is_none() {
        return Err(ApiError::of(Code::NotAcceptable).saying(
            "响应只有 application/graphql-response+json 和 application/json 两种格式",
            "Answers are application/graphql-response+json or application/json.",
        ));
    }
    match parts.method {
        Method::POST => posted(app, &parts.headers, incoming).await,
        Method::GET => asked(&parts.headers, &parts.uri),
        _ => Err(ApiError::of(Code::MethodNotAllowed)),
    }
}

/// Finds out who asks, and carries the request out.
async fn handled(app: &App, parts: &Parts, sent: Sent, info: &RequestInfo) -> Result<Reply, ApiError> {
    let mut session = authenticated(app, &parts.headers, info).await?;
    let extended = session.as_ref().is_some_and(|session| !session.tenant().plugins.packages.is_empty());
    let again = extended.then(|| sent.clone());
    let (ready, charged) = admit(app, sent, session.as_ref(), info).await?;
    if parts.method == Method::GET && !ready.is_query() {
        return Err(ApiError::of(Code::MethodNotAllowed).saying("GET 仅可用于查询", "GET is for queries only."));
    }
    let key = idempotency_key(&parts.headers)?;
    let kind = ready.operation.to_string();
    let started = std::time::Instant::now();
    let again = again.filter(|_| ready.is_query() && ready.names_plug_ins());
    let mut reply = run(app, ready, session.as_ref(), key, info).await;
    // Read by the names of one version while another came: what has another name now would be missing.
    let mut tries = 0;
    while let Some(sent) = &again
        && !is_current(app, session.as_ref()).await?
    {
        tries += 1;
        if tries > TRIES {
            return Err(ApiError::of(Code::Conflict));
        }
        session = authenticated(app, &parts.headers, info).await?;
        let (ready, _) = admit(app, sent.clone(), session.as_ref(), info).await?;
        reply = run(app, ready, session.as_ref(), key, info).await;
    }
    let refused = reply.refused.map_or("none", Code::as_str);
    metrics::histogram!("zugong_operation_seconds", "operation" => kind, "refused" => refused)
        .record(started.elapsed().as_secs_f64());
    if parts.headers.contains_key(COST) {
        reply.extensions.insert("cost".into(), charged.report());
    }
    Ok(reply)
}

/// How often a query is read again because plug-ins have changed meanwhile.
const TRIES: u32 = 10;

/// Whether the plug-ins that an answer was made with are those that are at work now.
async fn is_current(app: &App, session: Option<&Session>) -> Result<bool, ApiError> {
    match session.filter(|session| !session.tenant().plugins.packages.is_empty()) {
        Some(session) => app.platform.is_current(session.tenant()).await,
        None => Ok(true),
    }
}

/// The answer to a request that is refused as a whole. `allowed` are the methods that would do.
pub(super) fn refusal(media: Media, error: &ApiError, info: &RequestInfo, allowed: &'static str) -> Response {
    metrics::counter!("zugong_refused_total", "code" => error.code.as_str()).increment(1);
    let mut response = respond(media, Reply::failed(error, info));
    let headers = response.headers_mut();
    if let Some(seconds) = error.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.code == Code::MethodNotAllowed {
        headers.insert(ALLOW, HeaderValue::from_static(allowed));
    }
    response
}

/// The request in the body of a POST.
pub(super) async fn posted(app: &App, headers: &HeaderMap, incoming: Body) -> Result<Sent, ApiError> {
    // Forms and plain text need no pre-flight from another site's page: they are never read.
    if !is_json(headers) {
        return Err(ApiError::of(Code::UnsupportedMediaType)
            .saying("请求体应为未压缩的 application/json", "The body must be application/json, not compressed."));
    }
    let bytes = body::read(incoming, app.settings.limits.body_bytes).await?;
    serde_json::from_slice(&bytes).map_err(|_| {
        ApiError::of(Code::BadUserInput).saying(
            "请求体应为含 query、variables、operationName 的 JSON 对象",
            "The body must be one JSON object with query, variables and operationName.",
        )
    })
}

/// The parameters of a GET; a parameter that is not known is ignored, one given twice is refused.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
    document_id: Option<String>,
}

/// The request in the address of a GET.
fn asked(headers: &HeaderMap, uri: &Uri) -> Result<Sent, ApiError> {
    let given = |name: &&str| headers.get(*name).is_some_and(|value| !value.is_empty());
    if !PREFLIGHTED.iter().any(given) && !is_json(headers) {
        return Err(ApiError::of(Code::BadUserInput).at(PREFLIGHTED[0]).saying(
            "GET 请求须带请求头 x-graphql-csrf: 1",
            "A GET needs the header `x-graphql-csrf: 1`, which no page of another site can send unasked.",
        ));
    }
    let Query(parameters) = Query::<Parameters>::try_from_uri(uri).map_err(|_| {
        ApiError::of(Code::BadUserInput).saying(
            "query、operationName、variables、extensions 参数各最多一个，并按 URL 编码",
            "query, operationName, variables and extensions are given at most once each, URL-encoded.",
        )
    })?;
    Ok(Sent {
        query: parameters.query,
        operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
        variables: object("variables", parameters.variables)?,
        extensions: object("extensions", parameters.extensions)?,
        document_id: parameters.document_id,
    })
}

fn object<T: DeserializeOwned>(name: &'static str, text: Option<String>) -> Result<Option<T>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text).map_err(|_| {
        ApiError::of(Code::BadUserInput)
            .at(name)
            .saying(format!("{name} 应为 JSON 对象"), format!("`{name}` must be a JSON object."))
    })
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

fn respond(media: Media, reply: Reply) -> Response {
    // With `application/json` a well-formed request is 200 whatever became of it; older clients expect that.
    let status = match reply.refused {
        None => StatusCode::OK,
        Some(Code::GraphqlParseFailed | Code::GraphqlValidationFailed) if media == Media::Json => StatusCode::OK,
        Some(code) => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    let mut response = (status, reply.into_text()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media.content_type());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
