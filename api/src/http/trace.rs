//! A span for each request: what was asked for, by whom, and what became of it. No values of variables, no text
//! of documents.

use axum::http::{HeaderMap, StatusCode, request::Parts};
use opentelemetry::{
    Context, KeyValue, global,
    propagation::Extractor,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};

use crate::{
    http::execute::Ready,
    kernel::session::{RequestInfo, Session},
    telemetry::{self, NAME},
};

/// Root fields that a span names.
const NAMED: usize = 20;

struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Begins the span of a request, within the trace that `traceparent` names if there is one.
pub(super) fn request(parts: &Parts, route: &str, info: &RequestInfo) -> Context {
    if !telemetry::is_on() {
        return Context::new();
    }
    let parent = global::get_text_map_propagator(|propagator| propagator.extract(&Headers(&parts.headers)));
    let tracer = global::tracer(NAME);
    let span = tracer
        .span_builder(format!("{} {route}", parts.method))
        .with_kind(SpanKind::Server)
        .with_attributes([
            KeyValue::new("http.request.method", parts.method.to_string()),
            KeyValue::new("http.route", route.to_owned()),
            KeyValue::new("zugong.request.id", info.id.clone()),
        ])
        .start_with_context(&tracer, &parent);
    parent.with_span(span)
}

/// Ends the span with the answer's status.
pub(super) fn answered(context: &Context, status: StatusCode) {
    let span = context.span();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
    span.end();
}

/// Tells the request's span what is asked for.
pub(super) fn operation(ready: &Ready, session: Option<&Session>) {
    let context = Context::current();
    let span = context.span();
    if !span.is_recording() {
        return;
    }
    span.set_attribute(KeyValue::new("graphql.operation.type", ready.operation.to_string()));
    if let Some(name) = ready.name() {
        span.set_attribute(KeyValue::new("graphql.operation.name", name.to_owned()));
    }
    if let Some(session) = session {
        span.set_attribute(KeyValue::new("zugong.tenant", session.tenant().code.clone()));
    }
}

/// Tells the request's span which root fields an operation has that is known to be valid: before, these would be words
/// of the client's own.
pub(super) fn fields(ready: &Ready) {
    let context = Context::current();
    let span = context.span();
    if !span.is_recording() {
        return;
    }
    let roots: Vec<opentelemetry::StringValue> =
        ready.roots().into_iter().take(NAMED).map(|root| root.to_owned().into()).collect();
    span.set_attribute(KeyValue::new("zugong.root_fields", opentelemetry::Value::Array(roots.into())));
}
