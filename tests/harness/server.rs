//! The real server, on a free port, with a clock that stands still.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use zugong::{
    http::app::{App, HttpSettings},
    kernel::{
        bus::Bus,
        calendar::WorkCalendar,
        clock::Clock,
        db::{Db, DbOptions},
        platform::Platform,
    },
    modules::identity::{Identity, IdentityConfig, config::ServerSecret},
};

use crate::database::{TestDatabase, redis_url};

/// 32 bytes that only tests use.
pub const SECRET: &str = "dGVzdHMtb25seS1zZWNyZXQtb2YtMzItYnl0ZXMtISE=";

/// Monday 2025-09-22 09:00 in Shanghai.
pub fn opening_time() -> DateTime<Utc> {
    "2025-09-22T01:00:00Z".parse().unwrap()
}

pub struct Server {
    pub url: String,
    pub platform: Arc<Platform>,
    pub identity: Arc<Identity>,
    pub clock: Clock,
    pub http: reqwest::Client,
    settings: HttpSettings,
    database: Arc<TestDatabase>,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(HttpSettings::default()).await
    }

    pub async fn with(settings: HttpSettings) -> Self {
        Self::set_up(settings, |_| {}).await
    }

    /// A server that issues and checks tokens under other settings than the tests' usual ones.
    pub async fn set_up(settings: HttpSettings, adjust: impl FnOnce(&mut IdentityConfig)) -> Self {
        let mut config = identity_config();
        adjust(&mut config);
        Self::over(Arc::new(TestDatabase::open().await), settings, config).await
    }

    /// A server of this process over a migrated database, at the real time; to make tenants for programs.
    pub async fn at(url: &str) -> Self {
        let database = Arc::new(TestDatabase::of(url));
        let server = Self::over(database, HttpSettings::default(), identity_config()).await;
        server.clock.set(Utc::now());
        server
    }

    /// A server over a database that no other test uses, for what all tenants of an installation share. Take it away at
    /// the end: `TestDatabase::of(server.database_url()).remove()`.
    pub async fn apart() -> Self {
        Self::over(Arc::new(TestDatabase::apart().await), HttpSettings::default(), identity_config()).await
    }

    /// Another replica over the same database and cache.
    pub async fn replica(&self) -> Self {
        self.replica_with(self.settings.clone()).await
    }

    /// Another replica with settings of its own.
    pub async fn replica_with(&self, settings: HttpSettings) -> Self {
        Self::over(self.database.clone(), settings, self.identity.config().clone()).await
    }

    /// Another replica that issues and checks tokens under other settings.
    pub async fn replica_set_up(&self, settings: HttpSettings, adjust: impl FnOnce(&mut IdentityConfig)) -> Self {
        let mut config = self.identity.config().clone();
        adjust(&mut config);
        Self::over(self.database.clone(), settings, config).await
    }

    /// Another replica, with a clock of its own.
    pub async fn replica_at(&self, clock: Clock) -> Self {
        Self::over_at(self.database.clone(), self.settings.clone(), self.identity.config().clone(), clock).await
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Tells the server to stop; requests under way end by themselves.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody hears it if the server has ended already.
            let _ = stop.send(());
        }
    }

    async fn over(database: Arc<TestDatabase>, settings: HttpSettings, config: IdentityConfig) -> Self {
        Self::over_at(database, settings, config, Clock::held_at(opening_time())).await
    }

    async fn over_at(
        database: Arc<TestDatabase>,
        settings: HttpSettings,
        config: IdentityConfig,
        clock: Clock,
    ) -> Self {
        let options = DbOptions::of(&database.url, 4);
        let db = Db::open(&options).await.unwrap();
        let bus = match redis_url() {
            Some(url) => Bus::redis(&url, "it").await.unwrap(),
            None => Bus::local(),
        };
        let calendar = WorkCalendar::national().clone();
        let platform = Platform::new(db, clock.clone(), bus, calendar).unwrap();
        platform.watch_rights(Duration::from_secs(1));
        let identity = Identity::start(platform.clone(), config).await.unwrap();
        let app = App::new(identity.clone(), settings.clone()).unwrap();
        let listener = zugong::server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(zugong::server::serve(app, listener, async {
            let _ = stopped.await;
        }));
        Self { url, platform, identity, clock, http: client(), settings, database, stop: Some(stop) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A client that asks the tests' servers, which are all plain: reading the system's certificates each time takes long.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().tls_built_in_root_certs(false).build().unwrap()
}

/// How every replica of the tests' installation checks and issues tokens.
pub fn identity_config() -> IdentityConfig {
    let mut config = IdentityConfig { secret: Some(ServerSecret::parse(SECRET).unwrap()), ..IdentityConfig::default() };
    // The cheapest hash there is: tests are about what happens around it.
    config.argon2.memory_kib = 8;
    config.argon2.iterations = 1;
    config.failure_floor_millis = 0;
    // No token outlives its key, and some tests move the clock by months.
    config.signing_days = 500;
    config
}
