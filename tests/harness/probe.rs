//! Looks into the database beside the server, and makes it refuse what the server writes.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait, Value,
};
use uuid::Uuid;
use zugong::kernel::db::Db;

/// A rule of the database that a statement breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// A key that is taken.
    Unique,
    /// A reference to nothing.
    ForeignKey,
    /// A text that is no number.
    Cast,
    /// A number beyond what a column may have.
    Check,
    /// No value where there must be one.
    NotNull,
}

impl Breach {
    pub const ALL: [Self; 5] = [Self::Unique, Self::ForeignKey, Self::Cast, Self::Check, Self::NotNull];

    /// A row that breaks it.
    const fn values(self) -> &'static str {
        match self {
            Self::Unique => "1, 1, null",
            Self::ForeignKey => "2, 1, 99",
            // Read as a number only when it is carried out.
            Self::Cast => "cast(cast('canary-of-the-database' as text) as integer), 1, null",
            Self::Check => "2, 9, null",
            Self::NotNull => "2, null, null",
        }
    }
}

/// The database as its owner sees it, within one tenant.
pub struct Probe {
    db: DatabaseConnection,
    tenant: Uuid,
}

impl Probe {
    pub async fn of(url: &str, tenant: Uuid) -> Self {
        Self { db: Db::open_owner(url).await.unwrap().0, tenant }
    }

    /// How many rows of a table the tenant has.
    pub async fn count(&self, table: &str) -> i64 {
        self.count_where(table, "1 = 1", vec![]).await
    }

    /// The same under a condition on parameters from `$2` on.
    pub async fn count_where(&self, table: &str, condition: &str, values: Vec<Value>) -> i64 {
        let sql = format!("select count(*) from {table} where tenant_id = $1 and {condition}");
        self.number(&sql, [vec![self.tenant.into()], values].concat()).await
    }

    /// Keeps the tenant's rows of a table from being changed until the transaction ends.
    pub async fn hold(&self, table: &str) -> DatabaseTransaction {
        let txn = self.begin().await;
        let sql = self.dialect(&format!("update {table} set tenant_id = tenant_id where tenant_id = $1"));
        txn.execute_raw(Statement::from_sql_and_values(self.backend(), sql, [self.tenant.into()])).await.unwrap();
        txn
    }

    /// Runs a query for one number. Parameters are written `$1` for both databases.
    pub async fn number(&self, sql: &str, values: Vec<Value>) -> i64 {
        let txn = self.begin().await;
        let statement = Statement::from_sql_and_values(self.backend(), self.dialect(sql), values);
        let row = txn.query_one_raw(statement).await.unwrap().unwrap();
        txn.rollback().await.unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Runs a statement in the tenant, whatever the server would say to it.
    pub async fn run(&self, sql: &str, values: Vec<Value>) {
        let txn = self.begin().await;
        txn.execute_raw(Statement::from_sql_and_values(self.backend(), self.dialect(sql), values)).await.unwrap();
        txn.commit().await.unwrap();
    }

    /// How PostgreSQL carries a statement of the server out, whatever the values of its parameters.
    pub async fn plan(&self, sql: &str) -> String {
        // What `Db::json` puts around each statement.
        let sql = format!("select ({sql})::text from (select set_config('app.tenant', $1, true)::uuid as t) asker");
        let txn = self.begin().await;
        let parameters = (1..).take_while(|n| sql.contains(&format!("${n}"))).count();
        txn.execute_unprepared("set local plan_cache_mode = force_generic_plan").await.unwrap();
        txn.execute_unprepared(&format!("prepare planned as {sql}")).await.unwrap();
        let nothing = vec!["null"; parameters].join(", ");
        let explain = format!("explain (costs off) execute planned({nothing})");
        let rows = txn.query_all_raw(Statement::from_string(self.backend(), explain)).await.unwrap();
        txn.execute_unprepared("deallocate planned").await.unwrap();
        txn.rollback().await.unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        lines.join("\n")
    }

    /// From now on the database refuses, for this tenant only, to insert into a table or to update it.
    pub async fn break_table(&self, table: &str, event: &str) {
        let (name, words) = (self.trigger(table), "canary-of-the-database at /var/lib/secret.rs");
        let sql = match self.backend() {
            DbBackend::Postgres => format!(
                "create function {name}() returns trigger language plpgsql as $$ begin raise exception '{words}'; end $$; \
                 create trigger {name} before {event} on {table} for each row when (new.tenant_id = '{}') \
                 execute function {name}()",
                self.tenant
            ),
            _ => format!(
                "create trigger {name} before {event} on {table} when new.tenant_id = x'{}' \
                 begin select raise(abort, '{words}'); end",
                self.tenant.simple()
            ),
        };
        self.db.execute_unprepared(&sql).await.unwrap();
    }

    /// Ends what [`Probe::break_table`] began.
    pub async fn mend_table(&self, table: &str) {
        let name = self.trigger(table);
        let sql = match self.backend() {
            DbBackend::Postgres => format!("drop trigger {name} on {table}; drop function {name}()"),
            _ => format!("drop trigger {name}"),
        };
        self.db.execute_unprepared(&sql).await.unwrap();
    }

    /// From now on whatever is inserted into a table breaks a rule of the database itself, in a way that no program can
    /// have foreseen. For databases that are apart: what this adds stays there.
    pub async fn breach(&self, table: &str, how: Breach) {
        let name = format!("canary_{}", Uuid::new_v4().simple());
        let values = match (self.backend(), how) {
            // A cast never fails in SQLite, but a key that is no number does.
            (DbBackend::Sqlite, Breach::Cast) => "'canary-of-the-database', 1, null",
            _ => how.values(),
        };
        let statement = format!("insert into {name} (id, size, above) values ({values})");
        let made = format!(
            "create table {name} (id integer primary key, size integer not null check (size < 5), \
             above integer references {name} (id)); insert into {name} (id, size) values (1, 1)"
        );
        let trigger = match self.backend() {
            DbBackend::Postgres => format!(
                "create function {name}() returns trigger language plpgsql security definer as $$ \
                 begin {statement}; return new; end $$; \
                 create trigger {name} before insert on {table} for each row execute function {name}()"
            ),
            _ => format!("create trigger {name} before insert on {table} begin {statement}; end"),
        };
        self.db.execute_unprepared(&format!("{made}; {trigger}")).await.unwrap();
    }

    /// Ends what [`Probe::breach`] began.
    pub async fn heal(&self, table: &str) {
        let (names, drop) = match self.backend() {
            DbBackend::Postgres => {
                ("select tgname::text from pg_trigger where tgname like 'canary%'", format!(" on {table}"))
            }
            _ => ("select name from sqlite_master where type = 'trigger' and name like 'canary%'", String::new()),
        };
        let rows = self.db.query_all_raw(Statement::from_string(self.backend(), names)).await.unwrap();
        for row in rows {
            let name: String = row.try_get_by_index(0).unwrap();
            self.db.execute_unprepared(&format!("drop trigger {name}{drop}")).await.unwrap();
        }
    }

    async fn begin(&self) -> DatabaseTransaction {
        let txn = self.db.begin().await.unwrap();
        if self.backend() == DbBackend::Postgres {
            // Row-level security binds the owner of the tables too, unless it is a superuser.
            txn.execute_unprepared(&format!("set local app.tenant = '{}'", self.tenant)).await.unwrap();
        }
        txn
    }

    fn trigger(&self, table: &str) -> String {
        format!("broken_{table}_{}", &self.tenant.simple().to_string()[20..])
    }

    fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    /// SQLite numbers its parameters with question marks.
    fn dialect(&self, sql: &str) -> String {
        match self.backend() {
            DbBackend::Postgres => sql.to_string(),
            _ => sql.replace('$', "?"),
        }
    }
}
