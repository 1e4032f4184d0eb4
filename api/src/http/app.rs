//! What the handlers share, and the routes.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{FromRef, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
    set_header::SetResponseHeaderLayer,
};

use crate::{
    graph::{
        cursor::CursorKey,
        run::Engine,
        schema::{Zugong, build},
    },
    http::{auth, files, graphiql, graphql, guard::Limits, health, request::REQUEST_ID, ws},
    kernel::platform::Platform,
    modules::identity::Identity,
};

/// What a server lets clients do.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Limits of documents and bodies.
    pub limits: Limits,
    /// How long a GraphQL request may take.
    pub deadline: Duration,
    /// Whether `/graphiql` is served and anonymous clients may read the schema.
    pub explore: bool,
    /// How many proxies in front are ours.
    pub trusted_hops: u8,
    /// Sites besides our own whose pages may open a WebSocket.
    pub origins: Vec<String>,
    /// The largest file that can be uploaded.
    pub file_bytes: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            deadline: Duration::from_secs(10),
            explore: false,
            trusted_hops: 0,
            origins: vec![],
            file_bytes: 20 * 1024 * 1024,
        }
    }
}

/// Answers up to this size, in bytes, go out as they are: compressing them would cost more than it saves.
const SMALL: u64 = 1024;

/// The shared parts of a running server. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    /// Database, clock, rights.
    pub platform: Arc<Platform>,
    /// Log-in and tokens.
    pub identity: Arc<Identity>,
    /// The schema.
    pub schema: Zugong,
    /// The read engine over the schema's catalogue.
    pub engine: Engine,
    /// The schema as SDL.
    pub sdl: String,
    /// What clients may do.
    pub settings: HttpSettings,
    /// Figures for Prometheus.
    pub metrics: PrometheusHandle,
    stopping: watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<App> for Arc<Identity> {
    fn from_ref(app: &App) -> Self {
        app.identity.clone()
    }
}

impl App {
    /// Puts the parts together; fails with a sentence if the catalogue contradicts itself.
    pub fn new(identity: Arc<Identity>, settings: HttpSettings) -> Result<Self, String> {
        let catalogue = Arc::new(crate::modules::catalogue()?);
        let key = identity.cursor_key().map_err(|error| error.to_string())?;
        let engine = Engine::new(catalogue, CursorKey::new(key));
        let schema = build(engine.clone());
        Ok(Self(Arc::new(Parts {
            platform: identity.platform().clone(),
            identity,
            sdl: schema.sdl(),
            schema,
            engine,
            settings,
            metrics: health::recorder(),
            stopping: watch::Sender::new(false),
        })))
    }

    /// Tells open sockets that the server goes away.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Ends when the server goes away.
    pub(super) async fn stopped(&self) {
        // An error means that the sender is gone, and with it the server.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// All routes.
    pub fn router(self) -> Router {
        let explore = self.settings.explore;
        let mut router = Router::new()
            .route("/graphql", axum::routing::any(graphql::graphql))
            .route("/graphql/ws", get(ws::upgrade))
            .route("/files/{ticket}", get(files::get).put(files::put))
            .route("/schema.graphql", get(health::sdl))
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(health::metrics))
            .merge(auth::router());
        if explore {
            router = router.merge(graphiql::router());
        }
        router
            .layer(middleware::from_fn(observe))
            .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(SMALL))))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(fixed("x-content-type-options", "nosniff"))
            .layer(fixed("referrer-policy", "no-referrer"))
            .layer(fixed("x-frame-options", "DENY"))
            .with_state(self)
    }
}

fn fixed(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}

/// Counts and times every request, by route and status only: no path that a client made up.
async fn observe(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or("other".to_string(), |path| path.as_str().to_string());
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("zugong_http_requests_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("zugong_http_request_seconds", "route" => route).record(started.elapsed().as_secs_f64());
    response
}

/// A mistake of ours ends one request, with an answer that clients can read.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    let id = format!("{:032x}", rand::random::<u128>());
    let body = serde_json::json!({ "errors": [{
        "message": crate::kernel::error::Code::InternalServerError.message(Default::default()),
        "extensions": { "code": "INTERNAL_SERVER_ERROR", "requestId": id, "retryable": true },
    }]});
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), id);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_ends_one_request_with_an_answer_in_the_usual_form() {
        #[allow(clippy::panic, reason = "what is tested")]
        async fn broken() -> &'static str {
            panic!("canary at /src/secret.rs")
        }
        let router = Router::new()
            .route("/broken", get(broken))
            .route("/well", get(|| async { "ok" }))
            .layer(CatchPanicLayer::custom(panicked));
        let ask = |path: &str| Request::get(path).body(Body::empty()).expect("a request");
        let mut ids = vec![];
        for _ in 0..2 {
            let response = router.clone().oneshot(ask("/broken")).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()["content-type"], "application/json");
            assert_eq!(response.headers()["cache-control"], "no-store");
            let id = response.headers()[REQUEST_ID].to_str().expect("an id").to_owned();
            let bytes = axum::body::to_bytes(response.into_body(), 4096).await.expect("a body");
            let body: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            let extensions = &body["errors"][0]["extensions"];
            assert_eq!(
                (extensions["code"].as_str(), extensions["requestId"].as_str()),
                (Some("INTERNAL_SERVER_ERROR"), Some(id.as_str()))
            );
            assert!(!body.to_string().contains("canary") && id.len() == 32, "{body}");
            ids.push(id);
        }
        assert_ne!(ids[0], ids[1]);
        let response = router.oneshot(ask("/well")).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
    }
}
