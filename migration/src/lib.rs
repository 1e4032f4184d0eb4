//! The schema's history: one dated file per change, the same words for PostgreSQL and SQLite.

pub mod ddl;
mod lock;
mod m20261122_000001_tenancy;
mod m20261122_000002_organisation;
mod m20261122_000003_kernel;
mod m20261122_000004_matters;
mod m20261122_000005_login_attempts;
mod m20261122_000006_flow;
mod m20261122_000007_plugins;
mod m20261122_000008_cooperation;
mod m20261122_000009_plugin_matters;
mod m20261122_000009_tasks;
mod m20261122_000010_case_reminders;
mod m20261122_000010_wechat;
mod m20261122_000011_ledger;
mod m20261122_000012_policy_library;
mod m20261122_000013_connectors;
mod m20261122_000014_points;
mod m20261122_000015_quarantine;
mod m20261122_000016_epochs;
mod m20261122_000017_transitions;
mod m20261123_000018_audit_seals;
mod m20261123_000019_case_warnings;
mod m20261123_000020_task_lamps;

use std::{collections::HashSet, sync::LazyLock};

use ddl::{APP_ROLE, Table};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::prelude::*;

pub use lock::LockError;

/// Tables that belong to no tenant, each with the reason why not.
pub const GLOBAL_TABLES: &[(&str, &str)] = &[
    ("tenant", "the tree of tenants itself"),
    ("account", "one log-in may act in several tenants"),
    ("account_tenant", "says in which tenants a log-in acts, read before a tenant is known"),
    ("login_attempt", "counted before it is known who logs in where"),
    ("auth_session", "a session moves between tenants"),
    ("refresh_token", "read before a tenant is known"),
    ("signing_key", "one set of keys serves all tenants"),
    ("authz_version", "replicas poll the versions of all tenants in one statement"),
    ("plugin_quarantine", "a component that does harm does so in every tenant"),
    ("replica", "a process serves all tenants"),
    ("plugin_preparation", "replicas poll what is to be prepared in all tenants in one statement"),
    ("seaql_migrations", "the history of migrations"),
];

/// What a change does to tables of earlier ones, and how it is taken back.
type Besides = fn(DbBackend) -> Vec<(String, String)>;

#[derive(Clone, Copy)]
struct Change {
    name: &'static str,
    tables: fn() -> Vec<Table>,
    besides: Option<Besides>,
}

impl Change {
    const fn new(name: &'static str, tables: fn() -> Vec<Table>) -> Self {
        Self { name, tables, besides: None }
    }

    /// The statements in their order.
    fn up_on(&self, backend: DbBackend) -> Vec<String> {
        let tables = (self.tables)().into_iter().flat_map(|table| table.create(backend)).collect::<Vec<_>>();
        let besides = self.besides.into_iter().flat_map(|besides| besides(backend)).map(|(up, _)| up);
        tables.into_iter().chain(besides).collect()
    }
}

const CHANGES: &[Change] = &[
    Change::new("m20261122_000001_tenancy", m20261122_000001_tenancy::tables),
    Change::new("m20261122_000002_organisation", m20261122_000002_organisation::tables),
    Change::new("m20261122_000003_kernel", m20261122_000003_kernel::tables),
    Change::new("m20261122_000004_matters", m20261122_000004_matters::tables),
    Change::new("m20261122_000005_login_attempts", m20261122_000005_login_attempts::tables),
    Change::new("m20261122_000006_flow", m20261122_000006_flow::tables),
    Change::new("m20261122_000007_plugins", m20261122_000007_plugins::tables),
    Change::new("m20261122_000008_cooperation", m20261122_000008_cooperation::tables),
    Change::new("m20261122_000009_plugin_matters", m20261122_000009_plugin_matters::tables),
    Change::new("m20261122_000010_case_reminders", m20261122_000010_case_reminders::tables),
    Change::new("m20261122_000009_tasks", m20261122_000009_tasks::tables),
    Change::new("m20261122_000010_wechat", m20261122_000010_wechat::tables),
    Change::new("m20261122_000011_ledger", m20261122_000011_ledger::tables),
    Change::new("m20261122_000012_policy_library", m20261122_000012_policy_library::tables),
    Change::new("m20261122_000013_connectors", m20261122_000013_connectors::tables),
    Change::new("m20261122_000014_points", m20261122_000014_points::tables),
    Change::new("m20261122_000015_quarantine", m20261122_000015_quarantine::tables),
    Change::new("m20261122_000016_epochs", m20261122_000016_epochs::tables),
    Change::new("m20261122_000017_transitions", m20261122_000017_transitions::tables),
    Change {
        besides: Some(m20261123_000018_audit_seals::besides),
        ..Change::new("m20261123_000018_audit_seals", m20261123_000018_audit_seals::tables)
    },
    Change {
        besides: Some(m20261123_000019_case_warnings::besides),
        ..Change::new("m20261123_000019_case_warnings", m20261123_000019_case_warnings::tables)
    },
    Change {
        besides: Some(m20261123_000020_task_lamps::besides),
        ..Change::new("m20261123_000020_task_lamps", m20261123_000020_task_lamps::tables)
    },
];

impl MigrationName for Change {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Change {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in self.up_on(db.get_database_backend()) {
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let besides = self.besides.map(|besides| besides(db.get_database_backend())).unwrap_or_default();
        for (_, down) in besides.iter().rev() {
            db.execute_unprepared(down).await?;
        }
        for table in (self.tables)().iter().rev() {
            db.execute_unprepared(&format!("drop table {}", table.name())).await?;
        }
        Ok(())
    }
}

/// Runs the changes in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        CHANGES.iter().map(|change| Box::new(*change) as Box<dyn MigrationTrait>).collect()
    }
}

/// Every table there is, with whether it belongs to a tenant; the read catalogue and the lints use it.
pub fn table_names() -> Vec<&'static str> {
    CHANGES.iter().flat_map(|c| (c.tables)()).map(|t| t.name()).collect()
}

/// Whether a column refers to another table's rows by their id, so that there is a row for every value that is not null.
pub fn refers(table: &str, column: &str, other: &str) -> bool {
    static REFERENCES: LazyLock<HashSet<[&'static str; 3]>> = LazyLock::new(|| {
        let tables = CHANGES.iter().flat_map(|change| (change.tables)());
        tables.flat_map(|t| t.references().iter().map(|(c, o)| [t.name(), *c, *o]).collect::<Vec<_>>()).collect()
    });
    REFERENCES.contains(&[table, column, other])
}

/// Brings the schema up to date. Safe when several start at once: one works, the others wait.
pub async fn up(db: &DatabaseConnection, sqlite_file: Option<&std::path::Path>) -> Result<(), LockError> {
    let guard = lock::acquire(db, sqlite_file).await?;
    prepare_roles(db).await?;
    let result = Migrator::up(db, None).await;
    if result.is_ok() {
        grant_history(db).await?;
    }
    guard.release().await;
    Ok(result?)
}

/// Takes the newest change back.
pub async fn down(db: &DatabaseConnection, sqlite_file: Option<&std::path::Path>) -> Result<(), LockError> {
    let guard = lock::acquire(db, sqlite_file).await?;
    let result = Migrator::down(db, Some(1)).await;
    guard.release().await;
    Ok(result?)
}

/// Each change with whether it has been applied.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let applied = applied(db).await?;
    Ok(CHANGES.iter().map(|c| (c.name.to_string(), applied.iter().any(|a| a == c.name))).collect())
}

async fn applied(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let probe = match db.get_database_backend() {
        DbBackend::Postgres => "select 1 as n from pg_tables where tablename = 'seaql_migrations'",
        _ => "select 1 as n from sqlite_master where name = 'seaql_migrations'",
    };
    let backend = db.get_database_backend();
    if db.query_one_raw(sea_orm::Statement::from_string(backend, probe)).await?.is_none() {
        return Ok(vec![]);
    }
    let rows =
        db.query_all_raw(sea_orm::Statement::from_string(backend, "select version from seaql_migrations")).await?;
    rows.iter().map(|r| r.try_get("", "version")).collect()
}

/// Roles are the cluster's, so another database may have made them already.
async fn prepare_roles(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    {
        let role = APP_ROLE;
        db.execute_unprepared(&format!(
            "do $$ begin create role {role} login nosuperuser nobypassrls; \
             exception when duplicate_object or unique_violation then null; end $$"
        ))
        .await?;
        db.execute_unprepared(&format!("do $$ begin execute format('grant {role} to %I', current_user); end $$"))
            .await?;
    }
    Ok(())
}

async fn grant_history(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(&format!("grant select on seaql_migrations to {APP_ROLE}")).await?;
    }
    Ok(())
}

/// The whole schema as SQL, for reading and review.
pub fn dump() -> String {
    let mut out = String::from("-- The schema, as the migrations make it. Written by `./regenerate`; do not edit.\n");
    for (title, backend) in [("PostgreSQL", DbBackend::Postgres), ("SQLite", DbBackend::Sqlite)] {
        out.push_str(&format!("\n-- {title}\n"));
        for change in CHANGES {
            out.push_str(&format!("\n-- {}\n", change.name));
            for statement in change.up_on(backend) {
                out.push_str(&statement);
                out.push_str(";\n");
            }
        }
    }
    out
}
