//! What lies around every route: figures, compression, other sites' pages, headers that keep browsers in
//! bounds, and the net below a mistake of ours.

use std::sync::Arc;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{Extensions, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use opentelemetry::trace::FutureExt as _;
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
    cors::{AllowOrigin, CorsLayer},
};

use crate::{
    http::{
        answer,
        app::HttpSettings,
        net::caught,
        request::{CLIENT, REQUEST_ID, request_info},
        trace,
    },
    kernel::{error::ApiError, session::RequestInfo},
};

/// Answers up to this size, in bytes, go out as they are: compressing them would cost more than it saves.
const SMALL: u64 = 1024;
/// Headers that a page of another site may send, and may read.
const SENT: [&str; 12] = [
    "authorization",
    "content-type",
    "accept-language",
    "apollo-require-preflight",
    "idempotency-key",
    "last-event-id",
    "traceparent",
    "tracestate",
    REQUEST_ID,
    CLIENT,
    "x-graphql-csrf",
    "x-zugong-cost",
];
const READ: [&str; 2] = [REQUEST_ID, "retry-after"];
/// Headers that every answer has unless its handler set another value. One layer writes them all: each layer of a
/// router costs every request.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];
/// How long a browser may remember what another site's pages are allowed.
const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(600);

/// Puts everything around a router. The outermost comes last.
pub(super) fn around<S: Clone + Send + Sync + 'static>(router: Router<S>, settings: &HttpSettings) -> Router<S> {
    let hops = settings.trusted_hops;
    let router =
        router.layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(SMALL))));
    // Without an origin in the settings no page of another site is answered, not even its question.
    let router = if settings.origins.is_empty() {
        router
    } else {
        // A page is to learn of a mistake of ours as well, so that its answer is made below what lets the page read it.
        router
            .layer(middleware::from_fn(move |request, next| netted(hops, request, next)))
            .layer(cors(&settings.origins))
    };
    router.layer(middleware::from_fn(move |request, next| watched(hops, request, next)))
}

/// Tokens travel in a header, so that no credentials of the browser's own are ever asked for.
fn cors(origins: &[String]) -> CorsLayer {
    let names = |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
    let origins: Arc<[String]> = origins.into();
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _: &Parts| {
            origin.to_str().is_ok_and(|origin| origins.iter().any(|known| known == origin))
        }))
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers(names(&SENT))
        .expose_headers(names(&READ))
        .max_age(REMEMBERED)
}

/// Follows a request from its first line to its answer: a span, figures by route and status only (no path that a
/// client made up), and an answer even if a handler panics.
async fn watched(hops: u8, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (route, info) = (route(&parts.extensions), request_info(&parts, hops));
    let id = HeaderValue::from_str(&info.id).ok();
    // From here on everybody who asks for the request's id gets the same.
    if let Some(id) = id.clone() {
        parts.headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    let span = trace::request(&parts, &route, &info);
    let started = std::time::Instant::now();
    let request = Request::from_parts(parts, body);
    let outcome = caught(&route, &info, next.run(request)).with_context(span.clone()).await;
    let mut response = outcome.unwrap_or_else(|error| broken(&route, error, &info));
    if let Some(id) = id {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), id);
    }
    for (name, value) in FIXED {
        response.headers_mut().entry(name).or_insert(value);
    }
    let status = response.status();
    trace::answered(&span, status);
    let labels = [("route", route), ("status", status.as_u16().to_string())];
    metrics::histogram!("zugong_http_request_seconds", &labels[..1]).record(started.elapsed().as_secs_f64());
    metrics::counter!("zugong_http_requests_total", &labels).increment(1);
    response
}

/// Answers a request even if its handler panics.
async fn netted(hops: u8, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (route, info) = (route(&parts.extensions), request_info(&parts, hops));
    let outcome = caught(&route, &info, next.run(Request::from_parts(parts, body))).await;
    outcome.unwrap_or_else(|error| broken(&route, error, &info))
}

/// The route of a request as the router has it.
fn route(extensions: &Extensions) -> String {
    extensions.get::<MatchedPath>().map_or("other".to_string(), |path| path.as_str().to_string())
}

/// A mistake of ours ends one request, with an answer in the form that its address has.
fn broken(route: &str, error: ApiError, info: &RequestInfo) -> Response {
    if !route.starts_with("/graphql") {
        return answer::answer::<()>(Err(error), info);
    }
    let body = serde_json::json!({ "errors": [super::errors::request(&error, info)] });
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    const SITE: &str = "https://oa.example.gov.cn";

    #[tokio::test]
    async fn a_panic_ends_one_request_with_an_answer_in_the_usual_form() {
        #[allow(clippy::panic, reason = "what is tested")]
        async fn broken() -> &'static str {
            panic!("canary at /src/secret.rs")
        }
        let router = Router::new()
            .route("/graphql", get(broken))
            .route("/files/x", get(broken))
            .route("/well", get(|| async { "ok" }));
        let settings = HttpSettings { origins: vec![SITE.into()], ..HttpSettings::default() };
        let router: Router = around(router, &settings);
        let ask = |path: &str, id: &str| {
            Request::get(path).header(REQUEST_ID, id).header("origin", SITE).body(Body::empty()).expect("a request")
        };
        for (path, place) in [("/graphql", "/errors/0/extensions"), ("/files/x", "/error")] {
            let response = router.clone().oneshot(ask(path, "my-own-id")).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()["content-type"], "application/json");
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.headers()[REQUEST_ID], "my-own-id");
            assert_eq!(response.headers()["access-control-allow-origin"], SITE, "a page may read of it as well");
            let bytes = axum::body::to_bytes(response.into_body(), 4096).await.expect("a body");
            let body: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            let told = body.pointer(place).expect("an error");
            assert_eq!((&told["code"], &told["requestId"]), (&"INTERNAL_SERVER_ERROR".into(), &"my-own-id".into()));
            assert!(!body.to_string().contains("canary"), "{body}");
        }
        let response = router.oneshot(ask("/well", "")).await.expect("an answer");
        assert_eq!((response.status(), response.headers()[REQUEST_ID].len()), (StatusCode::OK, 32));
    }
}
