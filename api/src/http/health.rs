//! What operators and tools ask: alive, ready, figures, the schema.

use std::sync::OnceLock;

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{
    http::{
        answer::failure,
        app::{Access, App},
        graphql::authenticated,
        request::request_info,
    },
    kernel::error::{ApiError, Code},
};

/// Upper bounds of the histograms: seconds from a cached answer to the deadline, costs up to the limit, and bytes up to
/// what a component may have.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const COSTS: &[f64] = &[1.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0, 10_000.0, 50_000.0];
const BYTES: &[f64] = &[65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 8_388_608.0, 16_777_216.0, 33_554_432.0];

/// The process's recorder of figures; several servers in one process share it.
pub(super) fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            // Bounds that nobody could have set are none: then quantiles are published instead.
            let bounded =
                |builder: PrometheusBuilder, name, bounds: &[f64]| match builder.set_buckets_for_metric(name, bounds) {
                    Ok(builder) => builder,
                    Err(_) => PrometheusBuilder::new(),
                };
            let builder = bounded(PrometheusBuilder::new(), Matcher::Suffix("_seconds".into()), SECONDS);
            let builder = bounded(builder, Matcher::Suffix("_bytes".into()), BYTES);
            let recorder = bounded(builder, Matcher::Full("zugong_cost".into()), COSTS).build_recorder();
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

/// `GET /readyz`: database and cache answer, and the clock is right.
pub(super) async fn ready(State(app): State<App>) -> Response {
    match app.platform.ready().await {
        Ok(()) => "ready".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why.to_string()).into_response(),
    }
}

/// `GET /metrics`: figures for Prometheus; none of them names a person or a tenant.
pub(super) async fn metrics(State(app): State<App>, request: Request) -> Response {
    if let Err(refused) = allowed(&app, app.settings.metrics_access, request).await {
        return refused;
    }
    let (all, idle) = app.platform.connections();
    metrics::gauge!("zugong_db_connections", "state" => "idle").set(idle);
    metrics::gauge!("zugong_db_connections", "state" => "busy").set(all.saturating_sub(idle));
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()).into_response()
}

/// `GET /schema.graphql`: the contract.
pub(super) async fn sdl(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    // Whoever says who he is gets what his tenant is served with.
    let sdl = async {
        let session = authenticated(&app, &parts.headers, &info).await?;
        if session.is_none() && app.settings.schema_access != Access::Everyone {
            return Err(ApiError::of(Code::Unauthenticated));
        }
        app.contracts.of(session.as_ref()).await?.sdl().await
    };
    match sdl.await {
        Ok(sdl) => ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], sdl).into_response(),
        Err(error) => failure(&error, &info),
    }
}

/// Whether the caller may read something that is open to everyone or to members only.
async fn allowed(app: &App, access: Access, request: Request) -> Result<(), Response> {
    if access == Access::Everyone {
        return Ok(());
    }
    let (parts, _) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    let member = authenticated(app, &parts.headers, &info)
        .await
        .and_then(|session| session.map(drop).ok_or(ApiError::of(Code::Unauthenticated)));
    member.map_err(|error| failure(&error, &info))
}
