//! What a transaction writes on its own account: rows that wait until somebody asks, its events, its lines of the audit
//! record.
//!
//! On PostgreSQL every statement is a round trip, and one of them brings as many new rows of as many tables as there are.
//! So new rows wait: until the transaction reads or changes anything, when they are written first, or until it commits,
//! when they go with the events and the record in one statement. References between them are checked at its end.

use std::sync::{Mutex, PoisonError};

use entities::{audit, outbox};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryTrait, StatementBuilder,
    sea_query::{CommonTableExpression, InsertStatement, WithClause},
};

/// Parameters that one statement may have: PostgreSQL takes 65,535.
const PARAMETERS: usize = 30_000;

/// The database's side of a transaction, with what it has not been told yet.
pub(in crate::kernel) struct Book {
    txn: DatabaseTransaction,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    inserts: Vec<InsertStatement>,
    parameters: usize,
}

/// Gathered while a transaction is under way.
#[derive(Default)]
pub(in crate::kernel) struct Journal {
    pub(in crate::kernel) events: Vec<outbox::ActiveModel>,
    pub(in crate::kernel) records: Vec<audit::ActiveModel>,
}

impl Book {
    pub(in crate::kernel) fn new(txn: DatabaseTransaction) -> Self {
        Self { txn, waiting: Mutex::default() }
    }

    /// The transaction, told of every row that was waiting.
    pub(in crate::kernel) async fn told(&self) -> Result<&DatabaseTransaction, DbErr> {
        let Waiting { inserts, .. } = self.take();
        write(&self.txn, inserts).await?;
        Ok(&self.txn)
    }

    /// Whether new rows wait here. SQLite has no way to go, and so nothing to save.
    pub(in crate::kernel) fn waits(&self) -> bool {
        self.txn.get_database_backend() == DbBackend::Postgres
    }

    /// Lets new rows wait.
    pub(in crate::kernel) async fn wait(&self, insert: InsertStatement, parameters: usize) -> Result<(), DbErr> {
        let full = self.lock().parameters + parameters > PARAMETERS;
        if full {
            self.told().await?;
        }
        let mut waiting = self.lock();
        waiting.parameters += parameters;
        waiting.inserts.push(insert);
        Ok(())
    }

    /// Writes what waits and the journal, and commits.
    pub(in crate::kernel) async fn commit(self, journal: Journal) -> Result<(), DbErr> {
        let Waiting { mut inserts, .. } = self.take();
        let Journal { events, records } = journal;
        inserts.extend((!events.is_empty()).then(|| outbox::Entity::insert_many(events).into_query()));
        inserts.extend((!records.is_empty()).then(|| audit::Entity::insert_many(records).into_query()));
        write(&self.txn, inserts).await?;
        self.txn.commit().await
    }

    /// Undoes everything; what waits was never told.
    pub(in crate::kernel) async fn rollback(self) -> Result<(), DbErr> {
        self.txn.rollback().await
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes new rows, in one statement where that saves the way.
async fn write(txn: &DatabaseTransaction, mut inserts: Vec<InsertStatement>) -> Result<(), DbErr> {
    if txn.get_database_backend() != DbBackend::Postgres || inserts.len() < 2 {
        for insert in &inserts {
            run(txn, insert).await?;
        }
        return Ok(());
    }
    let Some(last) = inserts.pop() else { return Ok(()) };
    let mut earlier = WithClause::new();
    for (number, insert) in inserts.into_iter().enumerate() {
        earlier.cte(CommonTableExpression::new().query(insert).table_name(format!("w{number}")).to_owned());
    }
    run(txn, &last.with(earlier)).await
}

async fn run(txn: &DatabaseTransaction, statement: &impl StatementBuilder) -> Result<(), DbErr> {
    txn.execute(statement).await.map(|_| ())
}
