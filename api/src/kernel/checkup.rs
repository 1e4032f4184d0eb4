//! What an operator wants to know of the database: does it answer, as whom, and what time it has.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::kernel::{
    db::{POSTGRES_TIME, time_of},
    platform::Platform,
};

/// What the database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    /// Product and version.
    pub version: String,
    /// Its clock.
    pub time: DateTime<Utc>,
    /// Row-level security; none where the database has no roles (SQLite).
    pub security: Option<Security>,
}

/// How row-level security stands on PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Security {
    /// The role that serves requests.
    pub role: String,
    /// Whether that role passes row-level security, as it must not.
    pub passes: bool,
    /// Tables of tenants on which row-level security is not forced.
    pub open_tables: Vec<String>,
}

impl Platform {
    /// Asks the database about itself.
    pub async fn checkup(&self) -> Result<Checkup, DbErr> {
        let db = self.db().reader();
        let sql = match self.backend() {
            DbBackend::Postgres => {
                format!("select 'PostgreSQL ' || current_setting('server_version') as version, {POSTGRES_TIME}")
            }
            _ => "select 'SQLite ' || sqlite_version() as version, \
                 (julianday('now') - 2440587.5) * 86400.0 as seconds"
                .into(),
        };
        let row = db.query_one_raw(Statement::from_string(self.backend(), sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the database's version".into()))?;
        Ok(Checkup {
            version: row.try_get("", "version")?,
            time: time_of(&row)?,
            security: match self.backend() {
                DbBackend::Postgres => Some(self.security().await?),
                _ => None,
            },
        })
    }

    async fn security(&self) -> Result<Security, DbErr> {
        let db = self.db().reader();
        let sql = "select current_user::text as role, \
                   (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as passes";
        let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the role".into()))?;
        let sql = "select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                   where n.nspname = current_schema() and c.relkind = 'r' and not c.relforcerowsecurity";
        let open = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let ours = migration::table_names();
        let mut open_tables = Vec::new();
        for table in open {
            let name: String = table.try_get("", "name")?;
            let global = migration::GLOBAL_TABLES.iter().any(|(global, _)| *global == name);
            if !global && ours.contains(&name.as_str()) {
                open_tables.push(name);
            }
        }
        Ok(Security { role: row.try_get("", "role")?, passes: row.try_get("", "passes")?, open_tables })
    }
}
