//! What a transaction says of itself, written when it commits: its events and its lines of the audit record.

use entities::{audit, outbox};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryTrait, StatementBuilder,
    sea_query::{CommonTableExpression, InsertStatement, WithClause},
};

/// Gathered while a transaction is under way.
#[derive(Default)]
pub(in crate::kernel) struct Journal {
    pub(in crate::kernel) events: Vec<outbox::ActiveModel>,
    pub(in crate::kernel) records: Vec<audit::ActiveModel>,
}

impl Journal {
    /// Writes it; on PostgreSQL in one round trip.
    pub(in crate::kernel) async fn write(self, txn: &DatabaseTransaction) -> Result<(), DbErr> {
        let backend = txn.get_database_backend();
        let events = (!self.events.is_empty()).then(|| outbox::Entity::insert_many(self.events).into_query());
        let records = (!self.records.is_empty()).then(|| audit::Entity::insert_many(self.records).into_query());
        match (events, records) {
            (Some(events), Some(records)) if backend == DbBackend::Postgres => {
                let both = records.with(WithClause::new().cte(named("event", events)).to_owned());
                run(txn, &both).await
            }
            (events, records) => {
                for insert in events.iter().chain(records.iter()) {
                    run(txn, insert).await?;
                }
                Ok(())
            }
        }
    }
}

fn named(name: &'static str, query: InsertStatement) -> CommonTableExpression {
    CommonTableExpression::new().query(query).table_name(name).to_owned()
}

async fn run(txn: &DatabaseTransaction, statement: &impl StatementBuilder) -> Result<(), DbErr> {
    txn.execute(statement).await.map(|_| ())
}
