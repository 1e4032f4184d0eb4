//! Traces for an OpenTelemetry collector, off unless an address is configured.
//!
//! Spans are made with the OpenTelemetry interface itself, so that they are nothing at all when nobody collects
//! them: see `http/trace.rs` for requests, and `statement`.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use opentelemetry::{
    Context, KeyValue, global,
    trace::{FutureExt, SpanKind, TraceContextExt, Tracer},
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};

/// What spans say they come from.
pub const NAME: &str = "zugong";
/// The variable that OpenTelemetry's own tools read.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Whether spans are collected. Even spans that nobody wants cost an allocation each.
static ON: AtomicBool = AtomicBool::new(false);
/// A collector that does not answer in this time loses a batch.
const PATIENCE: Duration = Duration::from_secs(5);

/// Spans on their way to a collector. Dropped when the process ends, after what is left has been sent.
pub struct Telemetry(SdkTracerProvider);

/// Starts to send spans to the collector at an address (`http://host:4318`), if one is configured or stands in
/// `OTEL_EXPORTER_OTLP_ENDPOINT`.
///
/// # Errors
///
/// A sentence that says what is wrong with the address.
pub fn start(configured: Option<&str>) -> Result<Option<Telemetry>, String> {
    let given = configured.map(str::to_owned).or_else(|| std::env::var(ENDPOINT).ok());
    let Some(endpoint) = given.filter(|endpoint| !endpoint.trim().is_empty()) else { return Ok(None) };
    let endpoint = endpoint.trim().trim_end_matches('/');
    if !endpoint.starts_with("http://") {
        return Err(format!("otlp_endpoint must be an address such as http://127.0.0.1:4318, not {endpoint}"));
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(PATIENCE)
        .build()
        .map_err(|error| format!("otlp_endpoint cannot be used: {error}"))?;
    let resource = Resource::builder()
        .with_service_name(NAME)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(provider.clone());
    ON.store(true, Ordering::Relaxed);
    Ok(Some(Telemetry(provider)))
}

/// Whether anybody collects spans.
pub(crate) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

impl Telemetry {
    /// Sends what has been gathered so far.
    pub fn flush(&self) {
        if let Err(error) = self.0.force_flush() {
            tracing::warn!(%error, "spans were not sent");
        }
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// Times a statement of the read engine, as a span of the request it belongs to.
pub(crate) async fn statement<T>(system: &'static str, work: impl Future<Output = T>) -> T {
    let started = std::time::Instant::now();
    if !is_on() {
        let outcome = work.await;
        metrics::histogram!("zugong_statement_seconds").record(started.elapsed().as_secs_f64());
        return outcome;
    }
    let tracer = global::tracer(NAME);
    let span = tracer
        .span_builder("statement")
        .with_kind(SpanKind::Client)
        .with_attributes([KeyValue::new("db.system.name", system)])
        .start(&tracer);
    let context = Context::current_with_span(span);
    let outcome = work.with_context(context.clone()).await;
    context.span().end();
    metrics::histogram!("zugong_statement_seconds").record(started.elapsed().as_secs_f64());
    outcome
}
