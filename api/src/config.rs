//! Settings of a server: a file, and over it the environment. Whatever is not known is refused, so that a
//! misspelt setting cannot pass for one that is in force.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

use crate::{
    http::{
        app::{Access, HttpSettings},
        cost::CostSettings,
        guard::Limits,
        persisted::DocumentSettings,
        ws::SocketTimes,
    },
    kernel::{db::DbOptions, trust::PluginTrust},
    modules::identity::IdentityConfig,
    server::ServerSettings,
};

/// What every variable of the environment begins with.
const PREFIX: &str = "ZUGONG_";
/// Variables of that prefix that the tools around the server read, and the one that names the file.
const NOT_SETTINGS: &[&str] = &["ZUGONG_CONFIG", "ZUGONG_BUILD_CACHE", "ZUGONG_BLESS"];
/// What the test runner tells the tests.
const TESTS: &str = "ZUGONG_TEST_";
/// Sections, the longest first, so that `ZUGONG_IDENTITY_LOCKOUT_…` finds its own.
const SECTIONS: &[&[&str]] = &[
    &["identity", "argon2"],
    &["identity", "lockout"],
    &["identity", "wechat"],
    &["identity"],
    &["limits"],
    &["server"],
    &["cost"],
    &["documents"],
    &["plugins"],
];
/// Settings that are lists of texts; in the environment with commas between.
const LISTS: &[&str] =
    &["origins", "exchange_origins", "connector_networks", "trusted_publishers", "reviewers", "clients"];
/// Settings whose text is never taken for a number.
const TEXTS: &[&str] = &[
    "database_url",
    "redis_url",
    "redis_space",
    "listen",
    "log",
    "secret",
    "issuer",
    "origin",
    "audience",
    "folder",
    "metrics_listen",
    "otlp_endpoint",
    "calendar_file",
];
/// The longest that a request, or a change of plug-ins, may be set to take.
const LONGEST_MILLIS: u32 = 60_000;
/// With this the demo seals its keys. Everybody knows it, so a server that is not the demo refuses it.
pub const DEMO_SECRET: &str = "BreMlfQTCFTZ/PwhvjT6SOwUh4VEQMiKYqWb/wtEgEQ=";

/// Settings of a server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `postgres://…` or `sqlite://path`.
    pub database_url: Option<String>,
    /// `redis://…`; absent: replicas do not tell each other, only this process serves.
    pub redis_url: Option<String>,
    /// Keeps installations on one Redis apart.
    pub redis_space: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the log is written.
    pub log: LogFormat,
    /// Connections to the database.
    pub connections: u32,
    /// A statement that takes longer is cancelled, in milliseconds.
    pub statement_timeout_millis: u32,
    /// How long a request waits for a connection to PostgreSQL before it is told to come back.
    pub connection_patience_millis: u32,
    /// A GraphQL request that takes longer is ended, in milliseconds.
    pub deadline_millis: u32,
    /// Whether `/graphiql` is served and everybody may introspect.
    pub graphiql: bool,
    /// How many proxies in front are ours; `X-Forwarded-For` is read from that end only.
    pub trusted_proxies: u8,
    /// Sites besides our own whose pages may use the API.
    pub origins: Vec<String>,
    /// Origins of other nodes, `http://host:port`, that messages of the exchange may be sent to; no others are.
    pub exchange_origins: Vec<String>,
    /// Private networks, as in `10.20.0.0/16`, in which plug-ins' connectors may reach agencies' systems; no others are.
    pub connector_networks: Vec<String>,
    /// Who may read `/schema.graphql`: `everyone`, `members` (with a token) or `nobody`.
    pub schema_access: Access,
    /// Who may read `/metrics`.
    pub metrics_access: Access,
    /// Where `/metrics` is served instead of beside the API.
    pub metrics_listen: Option<SocketAddr>,
    /// Where spans are sent (OTLP), `http://host:4318`; absent: where `OTEL_EXPORTER_OTLP_ENDPOINT` says, or nowhere.
    pub otlp_endpoint: Option<String>,
    /// The largest file that can be uploaded.
    pub file_bytes: usize,
    /// What the schemas of tenants with plug-ins may take in memory.
    pub schema_bytes: u64,
    /// How long a change of plug-ins waits for replicas to prepare, in milliseconds.
    pub plugin_patience_millis: u32,
    /// Working days of more years, or of the same corrected, in the form of `api/data/holidays-cn.json`.
    pub calendar_file: Option<PathBuf>,
    /// Log-in, tokens, keys.
    pub identity: IdentityConfig,
    /// Limits of requests and documents.
    pub limits: Limits,
    /// Connections.
    pub server: ServerSettings,
    /// What requests may cost.
    pub cost: CostSettings,
    /// Documents that are known by their ids.
    pub documents: DocumentSettings,
    /// Whose plug-ins are taken.
    pub plugins: PluginTrust,
    /// Whether the secret is the demo's.
    #[serde(skip)]
    pub is_demo_secret: bool,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {cause}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Something in the file is unknown or wrong.
    #[error("the configuration file {} is wrong: {cause}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Something in the environment is unknown or wrong.
    #[error("{0}")]
    Environment(String),
    /// A value cannot work.
    #[error("{0}")]
    Value(String),
}

impl Default for Config {
    fn default() -> Self {
        let http = HttpSettings::default();
        Self {
            database_url: None,
            redis_url: None,
            redis_space: "zugong".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            log: LogFormat::Human,
            connections: 16,
            statement_timeout_millis: 5_000,
            connection_patience_millis: 800,
            deadline_millis: u32::try_from(http.deadline.as_millis()).unwrap_or(10_000),
            graphiql: false,
            trusted_proxies: 0,
            origins: vec![],
            exchange_origins: vec![],
            connector_networks: vec![],
            schema_access: Access::Everyone,
            metrics_access: Access::Everyone,
            metrics_listen: None,
            otlp_endpoint: None,
            file_bytes: http.file_bytes,
            schema_bytes: http.schema_bytes,
            plugin_patience_millis: 5_000,
            calendar_file: None,
            identity: IdentityConfig::default(),
            limits: Limits::default(),
            server: ServerSettings::default(),
            cost: CostSettings::default(),
            documents: DocumentSettings::default(),
            plugins: PluginTrust::default(),
            is_demo_secret: false,
        }
    }
}

impl fmt::Debug for Config {
    /// Addresses may hold passwords and are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("listen", &self.listen).field("log", &self.log).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the file, if one is named, and the process's environment over it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::read(file, environment)
    }

    /// Reads the file, if one is named, and an environment over it.
    pub fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = Table::new();
        if let Some(path) = file {
            let file = path.to_path_buf();
            let text =
                std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { file: file.clone(), cause })?;
            let wrong = |cause: toml::de::Error| ConfigError::File { file: file.clone(), cause: sentence(&cause) };
            // On its own first, so that what the file got wrong is not put down to the environment.
            toml::from_str::<Self>(&text).map_err(wrong)?;
            table = toml::from_str(&text).map_err(wrong)?;
        }
        for (name, value) in environment {
            if let Some(setting) =
                name.strip_prefix(PREFIX).filter(|_| !NOT_SETTINGS.contains(&name.as_str()) && !name.starts_with(TESTS))
            {
                overlay(&mut table, &setting.to_ascii_lowercase(), &value);
                Self::of(table.clone()).map_err(|cause| ConfigError::Environment(format!("{name}: {cause}")))?;
            }
        }
        let config = Self::of(table).map_err(ConfigError::Value)?;
        config.check()?;
        Ok(config)
    }

    fn of(table: Table) -> Result<Self, String> {
        let secret = table.get("identity").and_then(|section| section.get("secret")).and_then(Value::as_str);
        let is_demo_secret = secret.is_some_and(|secret| secret.trim() == DEMO_SECRET);
        let config: Self = table.try_into().map_err(|cause: toml::de::Error| sentence(&cause))?;
        Ok(Self { is_demo_secret, ..config })
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError::Value(text.into()));
        if self.connections == 0 || self.connections > 1_000 {
            return wrong("connections must be 1 to 1000");
        }
        if self.deadline_millis < 100 || self.statement_timeout_millis < 100 {
            return wrong("deadline_millis and statement_timeout_millis must be at least 100");
        }
        if self.deadline_millis > LONGEST_MILLIS || self.plugin_patience_millis > LONGEST_MILLIS {
            return wrong("deadline_millis and plugin_patience_millis must be at most 60000");
        }
        self.server.check().map_err(ConfigError::Value)?;
        self.cost.check().map_err(ConfigError::Value)?;
        self.documents.check().map_err(ConfigError::Value)?;
        self.plugins.check().map_err(ConfigError::Value)?;
        self.identity.check().map_err(|error| ConfigError::Value(error.to_string()))
    }

    /// Where the database is, or the sentence that says how to tell.
    pub fn database(&self) -> Result<&str, ConfigError> {
        self.database_url.as_deref().ok_or_else(|| {
            ConfigError::Value(
                "no database is configured: set ZUGONG_DATABASE_URL to postgres://… or sqlite://file.db".into(),
            )
        })
    }

    /// How to open the database.
    pub fn db_options(&self) -> Result<DbOptions, ConfigError> {
        Ok(DbOptions {
            url: self.database()?.into(),
            connections: self.connections,
            statement_timeout: Duration::from_millis(self.statement_timeout_millis.into()),
            patience: Duration::from_millis(self.connection_patience_millis.max(100).into()),
        })
    }

    /// What clients may do.
    pub fn http(&self) -> HttpSettings {
        HttpSettings {
            limits: self.limits.clone(),
            deadline: Duration::from_millis(self.deadline_millis.into()),
            explore: self.graphiql,
            trusted_hops: self.trusted_proxies,
            server: self.server.clone(),
            sockets: SocketTimes::default(),
            cost: self.cost.clone(),
            documents: self.documents.clone(),
            schema_bytes: self.schema_bytes,
            origins: self.origins.clone(),
            exchange_origins: self.exchange_origins.clone(),
            connector_networks: self.connector_networks.clone(),
            schema_access: self.schema_access,
            metrics_access: self.metrics_access,
            metrics_listen: self.metrics_listen,
            file_bytes: self.file_bytes,
        }
    }
}

/// Puts a variable of the environment into the table, in the section its name begins with.
fn overlay(table: &mut Table, setting: &str, value: &str) {
    let section = SECTIONS.iter().find_map(|path| {
        let rest = setting.strip_prefix(&path.join("_"))?.strip_prefix('_')?;
        Some((*path, rest))
    });
    let (path, key) = section.unwrap_or((&[], setting));
    let mut table = table;
    for name in path {
        let entry = table.entry(*name).or_insert_with(|| Value::Table(Table::new()));
        match entry {
            Value::Table(inner) => table = inner,
            // The file has something else there, which is refused when the whole is read.
            _ => return,
        }
    }
    let value = match value.trim() {
        text if TEXTS.contains(&key) => Value::String(text.into()),
        text if LISTS.contains(&key) => {
            Value::Array(text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(Value::from).collect())
        }
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        text => text.parse::<i64>().map_or_else(|_| Value::String(text.into()), Value::Integer),
    };
    table.insert(key.into(), value);
}

/// What is wrong, in one line and without the text around it, which may be a secret.
fn sentence(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', " ")
}
