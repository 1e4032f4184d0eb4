//! What a transaction reads before it begins (PostgreSQL): statements by themselves, which say to row-level security which
//! tenant they are for. Should one look for rows before it has said so, it finds none.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, sea_query::Values};
use uuid::Uuid;

use crate::kernel::transaction::{Transaction, query, unread};

/// A transaction for selections that keep nothing from changing: it does not begin because of them.
pub(in crate::kernel) struct Reads<'t>(pub(in crate::kernel) &'t Transaction);

#[async_trait]
impl ConnectionTrait for Reads<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if let Transaction::Postgres(open) = self.0 {
            let mut open = open.lock().await;
            if let Some(tenant) = open.before() {
                let row = query(of_tenant(statement, tenant)).fetch_optional(&mut *open.connection).await;
                return row.map(|row| row.map(QueryResult::from)).map_err(unread);
            }
        }
        self.0.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if let Transaction::Postgres(open) = self.0 {
            let mut open = open.lock().await;
            if let Some(tenant) = open.before() {
                let rows = query(of_tenant(statement, tenant)).fetch_all(&mut *open.connection).await;
                return rows.map(|rows| rows.into_iter().map(QueryResult::from).collect()).map_err(unread);
            }
        }
        self.0.query_all_raw(statement).await
    }
}

/// A selection that says first which tenant it is for. `offset 0` keeps it a query of its own, and as it asks for a column of
/// the one beside it, PostgreSQL has no other order to take them in.
fn of_tenant(statement: Statement, tenant: Option<Uuid>) -> Statement {
    let Some(tenant) = tenant else { return statement };
    let Statement { sql, values, db_backend } = statement;
    let mut values = values.unwrap_or(Values(vec![]));
    values.0.push(tenant.to_string().into());
    let number = values.0.len();
    let sql = format!(
        "select q.* from (select set_config('app.tenant', ${number}, true) as t) asker cross join lateral \
         (select o.* from ({sql}) o where asker.t is not null offset 0) q"
    );
    Statement { sql, values: Some(values), db_backend }
}
