//! How what waited is written: new rows of as many tables as there are, and a change, in one statement where that saves
//! the way (PostgreSQL).

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, StatementBuilder,
    sea_query::{CommonTableExpression, Expr, ExprTrait, InsertStatement, Query, UpdateStatement, WithClause},
};
use uuid::Uuid;

use crate::kernel::{
    error::UserError,
    transaction::{Transaction, divided_by_nothing},
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

/// Writes what a transaction of a tenant consists of, where it has not begun, as one statement that is all or nothing.
/// Returns what is said of the change where it found nothing.
///
/// The statement says to row-level security which tenant it is for: the change waits for that by its condition, and new
/// rows are written after what is selected.
pub(in crate::kernel) async fn write_alone(
    txn: &Transaction,
    tenant: Uuid,
    inserts: Vec<InsertStatement>,
    change: Option<Box<LastChange>>,
) -> Result<Option<UserError>, DbErr> {
    if inserts.is_empty() && change.is_none() {
        return Ok(None);
    }
    let asker = Expr::cust_with_values("set_config('app.tenant', $1, true)", [tenant.to_string()]);
    let asker = Query::select().expr_as(asker, "t").to_owned();
    let mut all = WithClause::new();
    all.cte(CommonTableExpression::new().query(asker).table_name("asker").to_owned());
    let mut said = Query::select().expr(Expr::cust("(select t from asker)")).to_owned();
    let mut refusal = None;
    if let Some(last) = change {
        let LastChange { mut change, refusal: refused } = *last;
        change.and_where(Expr::cust("(select t from asker)").is_not_null());
        change.returning(Query::returning().expr(Expr::cust("1")));
        said.expr(Expr::cust("1 / (exists (select from changed))::int"));
        all.cte(CommonTableExpression::new().query(change).table_name("changed").to_owned());
        refusal = Some(refused);
    }
    beside(&mut all, inserts);
    match txn.alone(StatementBuilder::build(&said.with(all), &DbBackend::Postgres)).await {
        Err(error) if refusal.is_some() && divided_by_nothing(&error) => Ok(refusal),
        done => done.map(|()| None),
    }
}
