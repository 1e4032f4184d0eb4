//! A transaction of either database.
//!
//! On PostgreSQL every statement is a round trip. The library's transaction makes one to begin and would need a second one
//! to say which tenant it is for, so that here both go in one; and it begins when there is something to keep together. What
//! is read before (`reads`), and a change that is all there is (`writing`), are statements of their own. Nothing is lost by that:
//! each statement of a transaction sees what is committed when the statement begins. On SQLite it is the library's own.

use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    sea_query::Values,
    sqlx::{
        self, AssertSqlSafe, Executor, Postgres, SqlSafeStr,
        pool::PoolConnection,
        postgres::{PgConnection, PgPool, PgTransactionManager as Manager},
        query::Query,
    },
};
use sea_query_sqlx::SqlxValues;
use sqlx_core::transaction::TransactionManager;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::kernel::{clock::APART, readiness::Agreement};

/// What a transaction is for.
#[derive(Clone, Copy, Default)]
pub(in crate::kernel) struct Purpose<'a> {
    /// The tenant whose rows it sees; without one, global rows only.
    pub(in crate::kernel) tenant: Option<Uuid>,
    /// The date under which it writes: it does not begin where the database's own clock is far from it (PostgreSQL).
    pub(in crate::kernel) dated: Option<Dated<'a>>,
    /// Whether it only reads; then nobody who changes anything waits for it (SQLite).
    pub(in crate::kernel) reads: bool,
}

/// A date, and when such dates were last found good.
#[derive(Clone, Copy)]
pub(in crate::kernel) struct Dated<'a> {
    pub(in crate::kernel) date: DateTime<Utc>,
    pub(in crate::kernel) agreement: &'a Agreement,
}

/// A transaction under way. What is neither committed nor rolled back is undone.
pub(in crate::kernel) enum Transaction {
    /// The library's, which begins at once.
    Sqlite(DatabaseTransaction),
    /// Ours, by the driver's means.
    Postgres(Box<Mutex<Open>>),
}

impl Transaction {
    /// Takes a connection of the pool.
    pub(in crate::kernel) async fn begin(pool: &DatabaseConnection, purpose: Purpose<'_>) -> Result<Self, DbErr> {
        if pool.get_database_backend() == DbBackend::Postgres {
            // In a box, for it is large and so would be the future of everybody who begins.
            let taken = Box::pin(Open::take(pool.get_postgres_connection_pool(), purpose)).await;
            return taken.map(|open| Self::Postgres(Box::new(Mutex::new(open)))).map_err(lost);
        }
        let mode = (!purpose.reads).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
        pool.begin_with_options(options).await.map(Self::Sqlite)
    }

    /// Where it has not begun and could do without: the tenant it is for.
    pub(in crate::kernel) async fn unbegun(&self) -> Option<Option<Uuid>> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(open) => open.lock().await.before(),
        }
    }

    /// Begins now, if it has not.
    pub(in crate::kernel) async fn begun(&self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(open) => open.lock().await.within().await.map(drop),
        }
    }

    /// Carries out a statement that is all there is (PostgreSQL).
    pub(in crate::kernel) async fn alone(&self, statement: Statement) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(txn) => txn.execute_raw(statement).await.map(drop),
            Self::Postgres(open) => {
                let mut open = open.lock().await;
                query(statement).execute(&mut *open.connection).await.map(drop).map_err(unread)
            }
        }
    }

    pub(in crate::kernel) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(txn) => txn.commit().await,
            Self::Postgres(open) => Box::pin(open.into_inner().end(true)).await.map_err(lost),
        }
    }

    pub(in crate::kernel) async fn rollback(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(txn) => txn.rollback().await,
            Self::Postgres(open) => Box::pin(open.into_inner().end(false)).await.map_err(lost),
        }
    }
}

/// A connection for a transaction, from before it begins.
pub(in crate::kernel) struct Open {
    pub(in crate::kernel) connection: PoolConnection<Postgres>,
    tenant: Option<Uuid>,
    stands: Stands,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// Before it, with nothing to end.
    Before,
    /// Somewhere at its beginning.
    Beginning,
    /// In the transaction.
    Within,
    /// Behind it.
    Behind,
}

impl Open {
    async fn take(pool: &PgPool, purpose: Purpose<'_>) -> Result<Self, sqlx::Error> {
        let mut open = Self { connection: pool.acquire().await?, tenant: purpose.tenant, stands: Stands::Before };
        // Looked at with the connection at hand: whoever waits for one may wait for long.
        let (asked, dated) = (Instant::now(), purpose.dated.filter(|dated| !dated.agreement.covers(dated.date)));
        if let Some(Dated { date, agreement }) = dated {
            open.begin(Some(date)).await?;
            agreement.found(asked, date);
        }
        Ok(open)
    }

    async fn begin(&mut self, date: Option<DateTime<Utc>>) -> Result<(), sqlx::Error> {
        self.stands = Stands::Beginning;
        let words = AssertSqlSafe(beginning(self.tenant, date)).into_sql_str();
        if let Err(error) = Manager::begin(&mut self.connection, Some(words)).await {
            // The driver thinks that there is no transaction, but the first of the words may have begun one.
            self.connection.execute("rollback").await?;
            self.stands = Stands::Behind;
            return Err(error);
        }
        self.stands = Stands::Within;
        Ok(())
    }

    /// The connection in the transaction.
    async fn within(&mut self) -> Result<&mut PgConnection, DbErr> {
        if self.stands == Stands::Before {
            // In a box for the same reason as above.
            Box::pin(self.begin(None)).await.map_err(lost)?;
        }
        Ok(&mut self.connection)
    }

    /// Whether the transaction has not begun, and for which tenant it would.
    pub(in crate::kernel) fn before(&self) -> Option<Option<Uuid>> {
        (self.stands == Stands::Before).then_some(self.tenant)
    }

    async fn end(mut self, commits: bool) -> Result<(), sqlx::Error> {
        if self.stands == Stands::Before {
            return Ok(());
        }
        match commits {
            true => Manager::commit(&mut self.connection).await?,
            false => Manager::rollback(&mut self.connection).await?,
        }
        self.stands = Stands::Behind;
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        match self.stands {
            // Whoever had it next would be in a transaction that nobody ends.
            Stands::Beginning => self.connection.close_on_drop(),
            Stands::Within => Manager::start_rollback(&mut self.connection),
            Stands::Before | Stands::Behind => {}
        }
    }
}

/// The first words of a transaction, in one message without parameters: a tenant and a number have no quotes to escape.
fn beginning(tenant: Option<Uuid>, date: Option<DateTime<Utc>>) -> String {
    let tenant = tenant.map(|tenant| format!("; set local app.tenant = '{tenant}'"));
    // A date too far away divides by nothing; see `untimely`.
    let timely = date.map(|date| {
        let (seconds, apart) = (date.timestamp_millis() as f64 / 1_000.0, APART.num_seconds());
        format!("; select 1 / (abs(extract(epoch from clock_timestamp())::float8 - {seconds:.3}) <= {apart})::int")
    });
    format!("begin{}{}", tenant.unwrap_or_default(), timely.unwrap_or_default())
}

/// Whether a transaction has not begun because of its date.
pub(in crate::kernel) fn untimely(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(_)) && divided_by_nothing(error)
}

/// Whether a statement was refused because it divides by nothing, which is how ours undo themselves.
pub(in crate::kernel) fn divided_by_nothing(error: &DbErr) -> bool {
    is(error, "22012")
}

/// Whether a statement was given up because others hold a lock.
pub(in crate::kernel) fn kept_waiting(error: &DbErr) -> bool {
    is(error, "55P03")
}

fn is(error: &DbErr, state: &str) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    cause.as_database_error().is_some_and(|told| told.code().is_some_and(|code| code == state))
}

/// What went wrong around a transaction, not in one of its statements.
fn lost(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn undone(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

pub(in crate::kernel) fn unread(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

/// A statement with more values than this is not kept. Those of many rows at once differ with the number of rows, and a
/// hundred of them for each connection take hundreds of megabytes here and in PostgreSQL; beside what they do, being
/// prepared anew is little.
const KEPT: usize = 512;

pub(in crate::kernel) fn query(Statement { sql, values, .. }: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = values.unwrap_or(Values(vec![]));
    let is_kept = values.0.len() <= KEPT;
    sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values)).persistent(is_kept)
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(txn) => txn.get_database_backend(),
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(txn) => txn.execute_raw(statement).await,
            Self::Postgres(open) => {
                let done = query(statement).execute(open.lock().await.within().await?).await;
                done.map(ExecResult::from).map_err(undone)
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(txn) => txn.execute_unprepared(sql).await,
            Self::Postgres(open) => {
                let done = open.lock().await.within().await?.execute(AssertSqlSafe(sql)).await;
                done.map(ExecResult::from).map_err(undone)
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(txn) => txn.query_one_raw(statement).await,
            Self::Postgres(open) => {
                let row = query(statement).fetch_optional(open.lock().await.within().await?).await;
                row.map(|row| row.map(QueryResult::from)).map_err(unread)
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(txn) => txn.query_all_raw(statement).await,
            Self::Postgres(open) => {
                let rows = query(statement).fetch_all(open.lock().await.within().await?).await;
                rows.map(|rows| rows.into_iter().map(QueryResult::from).collect()).map_err(unread)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Execute;

    use super::*;

    #[test]
    fn statements_of_many_rows_are_not_kept_by_a_connection() {
        let of = |values: usize| {
            let statement = Statement::from_sql_and_values(DbBackend::Postgres, "", vec![1.into(); values]);
            Execute::persistent(&query(statement))
        };
        assert!(of(0) && of(KEPT));
        assert!(!of(KEPT + 1));
    }
}
