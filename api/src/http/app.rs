//! What the handlers share, and the routes.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::FromRef, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use policies::{Action, Resource};
use serde::Deserialize;
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    graph::{cursor::CursorKey, run::Engine},
    http::{
        auth,
        contract::{Contract, Contracts},
        cost::{CostSettings, Costs},
        edge, exchange, files, graphiql, graphql,
        guard::Limits,
        health,
        parsed::Parsed,
        persisted::{DocumentSettings, Documents},
        sse,
        standing::Standing,
        ws::{self, SocketTimes},
    },
    kernel::{error::ApiError, extension::PluginSet, platform::Platform, session::Session},
    modules::{
        exchange::client::Client,
        identity::Identity,
        plugins::{connectors, epochs::watching::Builder, outside::WayOut, views::Reading},
    },
    server::ServerSettings,
};

/// Who may read something that holds nobody's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Whoever reaches the server.
    #[default]
    Everyone,
    /// Whoever has a valid token of any tenant.
    Members,
    /// It is not served.
    Nobody,
}

/// What a server lets clients do.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Limits of documents and bodies.
    pub limits: Limits,
    /// How long a GraphQL request may take.
    pub deadline: Duration,
    /// Whether `/graphiql` is served and everybody may introspect.
    pub explore: bool,
    /// How many proxies in front are ours.
    pub trusted_hops: u8,
    /// Sites besides our own whose pages may use the API.
    pub origins: Vec<String>,
    /// Who may read `/schema.graphql`.
    pub schema_access: Access,
    /// Who may read `/metrics`.
    pub metrics_access: Access,
    /// Where `/metrics` is served instead of beside the API.
    pub metrics_listen: Option<SocketAddr>,
    /// The largest file that can be uploaded.
    pub file_bytes: usize,
    /// How connections are kept.
    pub server: ServerSettings,
    /// How long a WebSocket waits for its client.
    pub sockets: SocketTimes,
    /// What requests may cost.
    pub cost: CostSettings,
    /// Documents that are known by their ids.
    pub documents: DocumentSettings,
    /// What the schemas of tenants with plug-ins may take in memory; those that are asked for stay.
    pub schema_bytes: u64,
    /// Origins of other nodes that messages may be sent to.
    pub exchange_origins: Vec<String>,
    /// Private networks in which plug-ins' connectors may reach agencies' systems.
    pub connector_networks: Vec<String>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            deadline: Duration::from_secs(10),
            explore: false,
            trusted_hops: 0,
            origins: vec![],
            schema_access: Access::Everyone,
            metrics_access: Access::Everyone,
            metrics_listen: None,
            file_bytes: 20 * 1024 * 1024,
            server: ServerSettings::default(),
            sockets: SocketTimes::default(),
            cost: CostSettings::default(),
            documents: DocumentSettings::default(),
            schema_bytes: 256 * 1024 * 1024,
            exchange_origins: vec![],
            connector_networks: vec![],
        }
    }
}

/// The shared parts of a running server. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    /// Database, clock, rights.
    pub platform: Arc<Platform>,
    /// Log-in and tokens.
    pub identity: Arc<Identity>,
    /// The schemas: that of all tenants, and those of tenants with plug-ins.
    pub(super) contracts: Contracts,
    /// Documents that were seen before.
    pub(super) parsed: Parsed,
    /// What clients may do.
    pub settings: HttpSettings,
    /// Figures for Prometheus.
    pub metrics: PrometheusHandle,
    /// Charges requests.
    pub(super) costs: Costs,
    /// Documents that are known by their ids.
    pub(super) documents: Arc<Documents>,
    /// The way to other systems.
    pub(super) outward: Arc<Client>,
    /// Sockets and streams that are open.
    pub(super) sockets: Arc<Standing>,
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

impl FromRef<App> for auth::Proxies {
    fn from_ref(app: &App) -> Self {
        Self(app.settings.trusted_hops)
    }
}

#[async_trait::async_trait]
impl Builder for App {
    async fn build(&self, tenant: Uuid, set: &PluginSet) -> Result<(), ApiError> {
        self.contracts.with(&self.platform, tenant, set).await.map(drop)
    }
}

impl App {
    /// Puts the parts together; fails with a sentence if the catalogue contradicts itself or a list of documents
    /// is wrong.
    pub fn new(identity: Arc<Identity>, settings: HttpSettings) -> Result<Self, String> {
        let catalogue = Arc::new(crate::modules::catalogue()?);
        let key = identity.cursor_key().map_err(|error| error.to_string())?;
        let engine = Engine::new(catalogue, CursorKey::new(key));
        let shelf = identity.platform().shelf();
        shelf.put(Arc::new(Reading(engine.clone())));
        let client = connectors::client::Client::new(&settings.connector_networks)?;
        shelf.put(Arc::new(WayOut { identity: Arc::downgrade(&identity), client }));
        let contracts = Contracts::new(Contract::base(engine)?, settings.schema_bytes);
        Ok(Self(Arc::new(Parts {
            platform: identity.platform().clone(),
            parsed: Parsed::new(),
            contracts,
            metrics: health::recorder(),
            costs: Costs::new(settings.cost.clone(), identity.platform().bus()),
            documents: Arc::new(Documents::open(settings.documents.clone(), settings.limits.clone())?),
            outward: Arc::new(Client::new(&settings.exchange_origins)?),
            sockets: Standing::new(),
            stopping: watch::Sender::new(false),
            identity,
            settings,
        })))
    }

    /// Whether a caller may be told names of the schema by an error: everybody with a log-in, and strangers where exploring
    /// is allowed.
    pub(super) fn shows_schema(&self, session: Option<&Session>) -> bool {
        session.is_some() || self.settings.explore
    }

    /// Whether a caller may introspect: whoever has the right, and everybody where exploring is allowed.
    pub(super) fn opens_schema(&self, session: Option<&Session>) -> bool {
        self.settings.explore || session.is_some_and(|session| session.require(Resource::Schema, Action::Read).is_ok())
    }

    /// Tells open sockets that the server goes away.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Ends when the server goes away.
    pub(crate) async fn stopped(&self) {
        // An error means that the sender is gone, and with it the server.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Ends when the last socket has been left.
    pub(crate) async fn left(&self) {
        self.sockets.left().await;
    }

    /// What is served where figures have an address of their own.
    pub(crate) fn metrics_router(self) -> Router {
        let router =
            Router::<Self>::new().route("/metrics", get(health::metrics)).route("/healthz", get(health::alive));
        edge::around(router, &self.settings).with_state(self)
    }

    /// Keeps current what an operator may change while the server is at work.
    pub(crate) fn watch(&self) {
        self.documents.watch();
    }

    /// All routes.
    pub fn router(self) -> Router {
        let explore = self.settings.explore;
        let mut router = Router::<Self>::new()
            .route("/graphql", axum::routing::any(graphql::graphql))
            .route("/graphql/ws", get(ws::upgrade))
            .route("/graphql/stream", axum::routing::any(sse::stream))
            .route("/files/{ticket}", get(files::get).put(files::put))
            .route("/exchange/{tenant}", axum::routing::post(exchange::receive))
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .merge(auth::router());
        if self.settings.schema_access != Access::Nobody {
            router = router.route("/schema.graphql", get(health::sdl));
        }
        if self.settings.metrics_access != Access::Nobody && self.settings.metrics_listen.is_none() {
            router = router.route("/metrics", get(health::metrics));
        }
        if explore {
            router = router.merge(graphiql::router());
        }
        edge::around(router, &self.settings).with_state(self)
    }
}
