//! Both databases behind one handle that only the kernel can open.
//!
//! PostgreSQL: one pool whose connections serve as a role that owns nothing. SQLite: one writer
//! connection with immediate transactions, and readers that cannot write.

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement, Value,
};
use uuid::Uuid;

use crate::kernel::transaction::{Purpose, Transaction};

/// Where and how to connect.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// `postgres://…` or `sqlite://path`.
    pub url: String,
    /// Connections of the pool (PostgreSQL) or readers (SQLite).
    pub connections: u32,
    /// A statement that takes longer is cancelled (PostgreSQL).
    pub statement_timeout: Duration,
    /// Who finds no connection for so long is told to come back (PostgreSQL): a queue that only grows serves nobody.
    pub patience: Duration,
}

impl DbOptions {
    /// Where to connect, with a pool and time-outs for one program that works alone.
    pub fn of(url: impl Into<String>, connections: u32) -> Self {
        let (statement_timeout, patience) = (Duration::from_secs(5), Duration::from_secs(10));
        Self { url: url.into(), connections, statement_timeout, patience }
    }
}

/// The pools. On PostgreSQL reader and writer are one, and log-ins have connections of their own; on SQLite there
/// is one writer for all.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    reserved: DatabaseConnection,
}

/// PostgreSQL's clock.
pub(in crate::kernel) const POSTGRES_TIME: &str = "extract(epoch from clock_timestamp())::float8 as seconds";

/// Connections kept for log-ins, so that people can get in while the others are taken.
const RESERVED: u32 = 2;

impl Db {
    /// Opens the pools for serving requests.
    pub async fn open(options: &DbOptions) -> Result<Self, DbErr> {
        if let Some(path) = sqlite_path(&options.url) {
            let writer = Database::connect(sqlite(&path, 1, false)).await?;
            writer.execute_unprepared("pragma journal_mode = wal").await?;
            let reader = Database::connect(sqlite(&path, options.connections, true)).await?;
            return Ok(Self { reader, reserved: writer.clone(), writer });
        }
        let pool = Database::connect(postgres(options, options.connections, 1)).await?;
        let reserved = Database::connect(postgres(options, RESERVED, 0)).await?;
        Ok(Self { reader: pool.clone(), writer: pool, reserved })
    }

    /// Opens a connection that may change the schema, with the file beside which migrations lock.
    pub async fn open_owner(url: &str) -> Result<(DatabaseConnection, Option<PathBuf>), DbErr> {
        if let Some(path) = sqlite_path(url) {
            let db = Database::connect(sqlite(&path, 1, false)).await?;
            db.execute_unprepared("pragma journal_mode = wal").await?;
            return Ok((db, Some(path)));
        }
        let mut connect = ConnectOptions::new(url);
        connect.max_connections(2).sqlx_logging(false);
        Ok((Database::connect(connect).await?, None))
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// The pool for single reads.
    pub(in crate::kernel) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A transaction that sees and changes global rows and, of tenants', one's only.
    pub(in crate::kernel) async fn begin(&self, purpose: Purpose<'_>) -> Result<Transaction, DbErr> {
        Transaction::begin(if purpose.reads { &self.reader } else { &self.writer }, purpose).await
    }

    /// The same for log-ins, which do not wait for other work's connections (PostgreSQL).
    pub(in crate::kernel) async fn begin_login(&self, purpose: Purpose<'_>) -> Result<Transaction, DbErr> {
        match self.backend() {
            DbBackend::Postgres => Transaction::begin(&self.reserved, purpose).await,
            _ => self.begin(purpose).await,
        }
    }

    /// The database's time, where its clock may be another than this machine's; fails if it does not answer.
    pub async fn time(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        match self.backend() {
            DbBackend::Postgres => {
                let asked = Statement::from_string(DbBackend::Postgres, format!("select {POSTGRES_TIME}"));
                self.reader.query_one_raw(asked).await?.as_ref().map(time_of).transpose()
            }
            _ => self.reader.execute_unprepared("select 1").await.map(|_| None),
        }
    }

    /// Runs a statement that yields one JSON text for one tenant, in one round trip.
    ///
    /// `body` is a scalar expression in which [`tenant_expression`] stands for the tenant; parameter 1
    /// is the tenant's id.
    pub(in crate::kernel) async fn json(
        &self,
        tenant: Uuid,
        body: &str,
        mut rest: Vec<Value>,
    ) -> Result<Option<String>, DbErr> {
        let backend = self.backend();
        let (sql, first) = match backend {
            // The setting for row-level security and the predicate's value come from the same place.
            DbBackend::Postgres => (
                format!("select ({body})::text as j from (select set_config('app.tenant', $1, true)::uuid as t) asker"),
                Value::from(tenant.to_string()),
            ),
            _ => (format!("select {body} as j"), Value::from(tenant)),
        };
        let mut values = Vec::with_capacity(rest.len() + 1);
        values.push(first);
        values.append(&mut rest);
        let system = if backend == DbBackend::Postgres { "postgresql" } else { "sqlite" };
        let read = self.reader.query_one_raw(Statement::from_sql_and_values(backend, sql, values));
        let row = crate::telemetry::statement(system, read).await?;
        row.map_or(Ok(None), |row| row.try_get_by_index(0))
    }

    /// Connections of the reading pool, and how many of them have nothing to do.
    pub(in crate::kernel) fn connections(&self) -> (u32, u32) {
        let idle = |idle: usize| u32::try_from(idle).unwrap_or(u32::MAX);
        match self.backend() {
            DbBackend::Postgres => {
                let pool = self.reader.get_postgres_connection_pool();
                (pool.size(), idle(pool.num_idle()))
            }
            _ => {
                let pool = self.reader.get_sqlite_connection_pool();
                (pool.size(), idle(pool.num_idle()))
            }
        }
    }

    /// Closes the pools; statements under way end first.
    pub async fn close(self) -> Result<(), DbErr> {
        let Self { reader, writer, reserved } = self;
        match reader.get_database_backend() {
            DbBackend::Sqlite => writer.close().await?,
            _ => reserved.close().await?,
        }
        reader.close().await
    }
}

/// What PostgreSQL says of its clock when a statement selects [`POSTGRES_TIME`].
pub(in crate::kernel) fn time_of(row: &QueryResult) -> Result<DateTime<Utc>, DbErr> {
    let seconds: f64 = row.try_get("", "seconds")?;
    Ok(DateTime::from_timestamp_millis((seconds * 1_000.0) as i64).unwrap_or_default())
}

/// What stands for the tenant in a statement given to `Db::json`.
pub fn tenant_expression(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "asker.t",
        _ => "?1",
    }
}

/// The file of an `sqlite://` address.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

fn postgres(options: &DbOptions, most: u32, least: u32) -> ConnectOptions {
    let timeout = options.statement_timeout.as_millis().to_string();
    let mut connect = ConnectOptions::new(&options.url);
    connect
        .max_connections(most)
        .min_connections(least)
        .acquire_timeout(options.patience)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |o| {
            o.options([
                ("role", migration::ddl::APP_ROLE),
                ("statement_timeout", timeout.as_str()),
                // The tenant is known to no plan before it runs, so that planning again for every value of the
                // other parameters costs more than it finds; see `docs/operations.md`.
                ("plan_cache_mode", "force_generic_plan"),
            ])
        });
    connect
}

fn sqlite(path: &std::path::Path, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.max_connections(connections).min_connections(1).test_before_acquire(false).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |o| {
        o.busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .pragma("synchronous", "normal")
            .pragma("query_only", if read_only { "on" } else { "off" })
            .pragma("temp_store", "memory")
    });
    options
}
