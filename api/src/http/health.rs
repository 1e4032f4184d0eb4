//! What operators and tools ask: alive, ready, figures, the schema.

use std::sync::OnceLock;

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::http::app::App;

/// The process's recorder of figures; several servers in one process share it.
pub(super) fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another recorder of figures was there first; /metrics stays empty");
            }
            handle
        })
        .clone()
}

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: database and cache answer.
pub(super) async fn ready(State(app): State<App>) -> Response {
    match app.platform.ready().await {
        Ok(()) => "ready".into_response(),
        Err(part) => (StatusCode::SERVICE_UNAVAILABLE, format!("{part} does not answer")).into_response(),
    }
}

/// `GET /metrics`: figures for Prometheus; none of them names a person or a tenant.
pub(super) async fn metrics(State(app): State<App>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()).into_response()
}

/// `GET /schema.graphql`: the contract.
pub(super) async fn sdl(State(app): State<App>) -> Response {
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], app.sdl.clone()).into_response()
}
