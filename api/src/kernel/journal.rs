//! What a transaction writes on its own account: rows that wait until somebody asks, its events, its lines of the audit
//! record.
//!
//! On PostgreSQL every statement is a round trip, and one of them brings as many new rows of as many tables as there are.
//! So new rows wait: until the transaction reads or changes anything, when they are written first, or until it commits,
//! when they go with the events and the record in one statement. References between them are checked at its end. The last
//! change of a command waits with them.

use std::sync::{Mutex, PoisonError};

use entities::{audit, outbox};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryTrait,
    sea_query::{InsertStatement, UpdateStatement},
};

use crate::kernel::{
    error::UserError,
    reads::Reads,
    transaction::Transaction,
    writing::{LastChange, write, write_alone},
};

/// Parameters that one statement may have: PostgreSQL takes 65,535.
const PARAMETERS: usize = 30_000;

/// The database's side of a transaction, with what it has not been told yet.
pub(in crate::kernel) struct Book {
    txn: Transaction,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    inserts: Vec<InsertStatement>,
    parameters: usize,
    /// The last change, and what is said where it finds nothing to change.
    change: Option<Box<LastChange>>,
    /// What is to be said of a change that was told before the end and found nothing.
    refusal: Option<Box<UserError>>,
}

/// Gathered while a transaction is under way.
#[derive(Default)]
pub(in crate::kernel) struct Journal {
    pub(in crate::kernel) events: Vec<outbox::ActiveModel>,
    pub(in crate::kernel) records: Vec<audit::ActiveModel>,
}

impl Book {
    pub(in crate::kernel) fn new(txn: Transaction) -> Self {
        Self { txn, waiting: Mutex::default() }
    }

    /// The transaction, told of every row that was waiting.
    pub(in crate::kernel) async fn told(&self) -> Result<&Transaction, DbErr> {
        let waits = {
            let waiting = self.lock();
            !waiting.inserts.is_empty() || waiting.change.is_some()
        };
        if waits {
            // In a box, as the commit is: it is rare and large, and so would be the future of every command.
            Box::pin(self.tell()).await?;
        }
        Ok(&self.txn)
    }

    async fn tell(&self) -> Result<(), DbErr> {
        let Waiting { inserts, change, refusal, .. } = self.take();
        let refused = write(&self.txn, inserts, change).await?;
        self.lock().refusal = refusal.or(refused.map(Box::new));
        Ok(())
    }

    /// The same, for what only reads; it does not make the transaction begin.
    pub(in crate::kernel) async fn seen(&self) -> Result<Reads<'_>, DbErr> {
        Ok(Reads(self.told().await?))
    }

    /// Begins what has not begun, for rows that are kept from changing until its end.
    pub(in crate::kernel) async fn begun(&self) -> Result<(), DbErr> {
        self.txn.begun().await
    }

    /// Whether new rows wait here. SQLite has no way to go, and so nothing to save.
    pub(in crate::kernel) fn waits(&self) -> bool {
        self.txn.get_database_backend() == DbBackend::Postgres
    }

    /// Lets new rows wait.
    pub(in crate::kernel) async fn wait(&self, insert: InsertStatement, parameters: usize) -> Result<(), DbErr> {
        let full = {
            let waiting = self.lock();
            // A new row may need the place that the change makes.
            waiting.parameters + parameters > PARAMETERS || waiting.change.is_some()
        };
        if full {
            self.told().await?;
        }
        let mut waiting = self.lock();
        waiting.parameters += parameters;
        waiting.inserts.push(insert);
        Ok(())
    }

    /// Lets a change wait. What waited before is told first: the change may be of it.
    pub(in crate::kernel) async fn wait_to_change(
        &self,
        change: UpdateStatement,
        refusal: UserError,
    ) -> Result<(), DbErr> {
        self.told().await?;
        self.lock().change = Some(Box::new(LastChange { change, refusal }));
        Ok(())
    }

    /// Writes what waits and the journal, and commits; where a change that waited found nothing to change, undoes everything
    /// and returns what is to be said of it.
    pub(in crate::kernel) async fn commit(self, journal: Journal) -> Result<Option<UserError>, DbErr> {
        let Waiting { mut inserts, change, refusal, .. } = self.take();
        let Journal { events, records } = journal;
        inserts.extend((!events.is_empty()).then(|| outbox::Entity::insert_many(events).into_query()));
        inserts.extend((!records.is_empty()).then(|| audit::Entity::insert_many(records).into_query()));
        if let Some(tenant) = self.txn.unbegun().await.flatten() {
            return Box::pin(write_alone(self.txn, tenant, inserts, change)).await;
        }
        let refusal = match refusal {
            None => Box::pin(write(&self.txn, inserts, change)).await?,
            Some(refused) => Some(*refused),
        };
        match &refusal {
            None => self.txn.commit().await?,
            Some(_) => self.txn.rollback().await?,
        }
        Ok(refusal)
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
