//! Whose turn it is to ask about an item: replicas take what is due from one table.

use entities::connector_job;
use sea_orm::{ColumnTrait, sea_query::Expr};

use crate::{
    kernel::{error::ApiError, lease::Claim, tx::Inner},
    modules::plugins::connectors::calling::{LEASE, OPEN},
};

/// Whether what came of a job's last attempt is in the record of calls; if not, somebody is asking or has never come back.
pub const SETTLED: &str = "(connector_job.attempts = 0 or exists (select 1 from connector_call c \
    where c.tenant_id = connector_job.tenant_id and c.job_id = connector_job.id and c.attempt = connector_job.attempts))";

/// A job that this replica asks about, with the number of this attempt; whoever takes it later has a higher one.
pub struct Claimed(pub connector_job::Model);

impl Claimed {
    /// Whether it still is this replica's; whoever changes it is to ask the same of the row that is changed.
    pub async fn holds(&self, tx: &Inner) -> Result<bool, ApiError> {
        use connector_job::Column;
        let rows = tx.parts::<connector_job::Entity>().id(self.0.id);
        let ours = rows.filter(Column::State.is_in(OPEN)).filter(Column::Attempts.eq(self.0.attempts));
        Ok(ours.count().await? > 0)
    }
}

#[async_trait::async_trait]
impl Claim for Claimed {
    async fn renew(&self, tx: &Inner) -> Result<bool, ApiError> {
        use connector_job::Column;
        let ours = tx
            .change::<connector_job::Entity>()
            .id(self.0.id)
            .filter(Column::State.is_in(OPEN))
            .filter(Column::Attempts.eq(self.0.attempts))
            .set(Column::NextAttemptAt, Expr::value(tx.now() + LEASE))
            .run()
            .await?;
        Ok(ours > 0)
    }
}
