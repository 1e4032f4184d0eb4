//! How what waited is written: new rows of as many tables as there are, and a change, in one statement where that saves
//! the way (PostgreSQL).

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, StatementBuilder,
    sea_query::{
        CommonTableExpression, Expr, ExprTrait, InsertStatement, Query, UpdateStatement, WithClause, WithQuery,
    },
};
use uuid::Uuid;

use crate::kernel::{
    error::UserError,
    transaction::{Transaction, divided_by_nothing, kept_waiting},
};

/// The last change of a transaction, and what is said where it finds nothing to change.
pub(in crate::kernel) struct LastChange {
    pub(in crate::kernel) change: UpdateStatement,
    pub(in crate::kernel) refusal: UserError,
}

/// Writes a change and new rows, in one statement where that saves the way. Returns what is said of the change where it
/// found nothing.
pub(in crate::kernel) async fn write(
    txn: &Transaction,
    mut inserts: Vec<InsertStatement>,
    change: Option<Box<LastChange>>,
) -> Result<Option<UserError>, DbErr> {
    if let Some(last) = change {
        let LastChange { change, refusal } = *last;
        let found = changed(txn, inserts, change).await?;
        return Ok((!found).then_some(refusal));
    }
    if txn.get_database_backend() != DbBackend::Postgres || inserts.len() < 2 {
        for insert in &inserts {
            txn.execute(insert).await?;
        }
        return Ok(None);
    }
    let Some(last) = inserts.pop() else { return Ok(None) };
    txn.execute(&last.with(with(inserts, None))).await?;
    Ok(None)
}

/// Makes a change and writes new rows with it; whether there was anything to change.
async fn changed(txn: &Transaction, inserts: Vec<InsertStatement>, mut change: UpdateStatement) -> Result<bool, DbErr> {
    if inserts.is_empty() {
        return Ok(txn.execute(&change).await?.rows_affected() > 0);
    }
    change.returning(Query::returning().expr(Expr::cust("1")));
    let found = Query::select().expr(Expr::cust("exists (select from changed)")).to_owned();
    let row = txn.query_one(&found.with(with(inserts, Some(change)))).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// What is written beside a statement.
fn with(inserts: Vec<InsertStatement>, change: Option<UpdateStatement>) -> WithClause {
    let mut all = WithClause::new();
    if let Some(change) = change {
        all.cte(CommonTableExpression::new().query(change).table_name("changed").to_owned());
    }
    beside(&mut all, inserts);
    all
}

fn beside(all: &mut WithClause, inserts: Vec<InsertStatement>) {
    for (number, insert) in inserts.into_iter().enumerate() {
        all.cte(CommonTableExpression::new().query(insert).table_name(format!("w{number}")).to_owned());
    }
}

/// For so long a statement by itself waits for others' locks. Nobody can take it back: should its request end meanwhile, it
/// would be carried out all the same when the lock is gone.
const PATIENCE: &str = "50ms";
/// As long as the database lets it.
const FOREVER: &str = "0";

/// Writes what a transaction of a tenant consists of, where it has not begun, and commits: as one statement, which is all or
/// nothing, or within the transaction if others keep it waiting. Returns what is said of the change where it found nothing.
pub(in crate::kernel) async fn write_alone(
    txn: Transaction,
    tenant: Uuid,
    inserts: Vec<InsertStatement>,
    change: Option<Box<LastChange>>,
) -> Result<Option<UserError>, DbErr> {
    if inserts.is_empty() && change.is_none() {
        return Ok(None);
    }
    let (change, refusal) = change.map(|last| (last.change, last.refusal)).unzip();
    let statement =
        |patience| StatementBuilder::build(&all_of_it(tenant, patience, &inserts, &change), &DbBackend::Postgres);
    let mut done = txn.alone(statement(PATIENCE)).await;
    if done.as_ref().is_err_and(kept_waiting) {
        txn.begun().await?;
        done = txn.execute_raw(statement(FOREVER)).await.map(drop);
        match &done {
            Ok(()) => txn.commit().await?,
            Err(_) => txn.rollback().await?,
        }
    }
    match done {
        Err(error) if refusal.is_some() && divided_by_nothing(&error) => Ok(refusal),
        done => done.map(|()| None),
    }
}

/// The statement. It says to row-level security which tenant it is for: the change waits for that by its condition, and new
/// rows are written after what is selected. Where the change finds nothing it divides by nothing, which undoes the rest.
fn all_of_it(tenant: Uuid, patience: &str, inserts: &[InsertStatement], change: &Option<UpdateStatement>) -> WithQuery {
    let tenant = Expr::cust_with_values("set_config('app.tenant', $1, true)", [tenant.to_string()]);
    let patience = Expr::cust_with_values("set_config('lock_timeout', $1, true)", [patience]);
    let asker = Query::select().expr_as(tenant, "t").expr_as(patience, "p").to_owned();
    let mut all = WithClause::new();
    all.cte(CommonTableExpression::new().query(asker).table_name("asker").to_owned());
    let mut said = Query::select().expr(Expr::cust("(select t from asker)")).to_owned();
    if let Some(mut change) = change.clone() {
        change.and_where(Expr::cust("(select t from asker)").is_not_null());
        change.returning(Query::returning().expr(Expr::cust("1")));
        said.expr(Expr::cust("1 / (exists (select from changed))::int"));
        all.cte(CommonTableExpression::new().query(change).table_name("changed").to_owned());
    }
    beside(&mut all, inserts.to_vec());
    said.with(all)
}
