//! Whose turn it is to tell of a move: replicas take what is due from one table, a move at a time.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{plugin_transition, values::PluginCallState};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use crate::kernel::{
    error::ApiError,
    lease::Claim,
    platform::Platform,
    session::Reason,
    tx::{Inner, plus_one},
};

/// For so long a move belongs to whoever took or renewed it; longer than asking a component or one effect may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// When it is looked again where nothing waits.
const RESTING: TimeDelta = TimeDelta::seconds(60);

/// That no other move of the case is at a replica's or waits for its next try: not the one that began it, which has no state
/// before, nor a later one that was taken already when a person had the first told anew. The servers that wrote them
/// may have clocks that differ.
const FIRST: &str = "not exists (select 1 from plugin_transition e where e.tenant_id = plugin_transition.tenant_id \
    and e.case_id = plugin_transition.case_id and e.state = 'PENDING' and (e.from_state = '' or e.attempts > 0) \
    and e.next_attempt_at > plugin_transition.next_attempt_at)";

/// A move that is this replica's to tell.
pub struct Told {
    /// The move, before this try.
    pub job: plugin_transition::Model,
}

impl Told {
    /// The number of this try, from 1: whoever takes the move later has a higher one.
    pub const fn attempt(&self) -> i32 {
        self.job.attempts.saturating_add(1)
    }
}

#[async_trait::async_trait]
impl Claim for Told {
    async fn renew(&self, tx: &Inner) -> Result<bool, ApiError> {
        use plugin_transition::Column;
        let ours = tx
            .change::<plugin_transition::Entity>()
            .id(self.job.id)
            .filter(Column::State.eq(PluginCallState::Pending))
            .filter(Column::Attempts.eq(self.attempt()))
            .set(Column::NextAttemptAt, Expr::value(tx.now() + LEASE))
            .run()
            .await?;
        Ok(ours > 0)
    }
}

/// What there is to tell.
pub enum Taken {
    /// A move.
    Move(Box<Told>),
    /// None this time: another replica was quicker.
    Lost,
    /// Nothing yet; when to look again, never where there never was anything.
    Nothing(Option<DateTime<Utc>>),
}

/// Takes the move that has waited longest, if it was due by then. One and no more: what is taken is told at once, and the
/// next of its case waits until this one is settled, so that what they lead to keeps its order.
pub async fn take(platform: &Arc<Platform>, tenant: Uuid, by: DateTime<Utc>) -> Result<Taken, ApiError> {
    use plugin_transition::Column;
    let tx = platform.system(Reason::Transition).begin(Some(tenant)).await?;
    let waiting = tx
        .parts::<plugin_transition::Entity>()
        .filter(Column::State.eq(PluginCallState::Pending))
        .filter(Expr::cust(FIRST))
        .order_by(Column::NextAttemptAt, Order::Asc)
        .order_by(Column::FromState, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(1)
        .one()
        .await?;
    let Some(job) = waiting else {
        let any = tx.parts::<plugin_transition::Entity>().limit(1).one().await?;
        tx.rollback().await?;
        return Ok(Taken::Nothing(any.map(|_| by + RESTING)));
    };
    if job.next_attempt_at > by {
        tx.rollback().await?;
        return Ok(Taken::Nothing(Some(job.next_attempt_at)));
    }
    // Of replicas that see the same move, the one whose update counts tells it; one that was renewed is not due.
    let mine = tx
        .change::<plugin_transition::Entity>()
        .id(job.id)
        .filter(Column::State.eq(PluginCallState::Pending))
        .filter(Column::Attempts.eq(job.attempts))
        .filter(Column::NextAttemptAt.lte(by))
        .set(Column::Attempts, plus_one(Column::Attempts))
        .set(Column::NextAttemptAt, Expr::value(tx.now() + LEASE))
        .run()
        .await?;
    tx.commit().await?;
    Ok(if mine > 0 { Taken::Move(Box::new(Told { job })) } else { Taken::Lost })
}
