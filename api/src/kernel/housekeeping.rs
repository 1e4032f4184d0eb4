//! Rows that have served their time go (清理): outcomes under idempotency keys, tickets, events, attempts to ask
//! agencies' systems or to log in, codes of WeChat, ended sessions and replicas that are gone. What was being prepared by a
//! process that was killed is given up. The audit record is never touched here.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use entities::{
    auth_session, connector_call, file_ticket, idempotency, login_attempt, outbox, plugin_ack, plugin_epoch,
    plugin_preparation, refresh_token, replica, tenant, values::PluginEpochState, wechat_code,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, Query},
};

use crate::kernel::{error::ApiError, platform::Platform, session::Reason, task};

/// How often.
const EVERY: Duration = Duration::from_secs(3600);
/// Events can be resumed from for so long.
pub const EVENTS_KEPT: TimeDelta = TimeDelta::days(30);
/// Sessions are kept for so long after their end, for whoever looks into an incident.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(180);
/// Attempts to ask agencies' systems are kept for so long, for whoever looks into a disturbance.
const CALLS_KEPT: TimeDelta = TimeDelta::days(180);
/// What replicas said of an epoch is kept as long.
const ACKS_KEPT: TimeDelta = TimeDelta::days(180);
/// A replica that was not seen for so long does not come back.
const REPLICAS_KEPT: TimeDelta = TimeDelta::days(1);
/// Nobody prepares for so long: whoever began it is gone.
const PREPARING: TimeDelta = TimeDelta::minutes(10);
/// A code of WeChat counts for five minutes there; that it was used is kept for so long.
const CODES_KEPT: TimeDelta = TimeDelta::days(1);
/// Rows of one table in one transaction, so that no lock is held for long.
const BATCH: u64 = 5_000;

/// Starts the timer. Replicas may all run it.
pub fn start(platform: &Arc<Platform>) -> tokio::task::JoinHandle<()> {
    let platform = platform.clone();
    task::spawn("housekeeping", async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            match tidy(&platform).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "rows that had served their time are gone"),
                Err(error) => tracing::warn!(?error, "housekeeping failed and will be tried again"),
            }
        }
    })
}

/// Removes at most one batch of each table of each tenant, and tells how many rows went.
pub async fn tidy(platform: &Arc<Platform>) -> Result<u64, ApiError> {
    let system = platform.system(Reason::Timer);
    let now = platform.clock().now();
    let tx = system.begin(None).await?;
    let tenants = tx.global::<tenant::Entity>().all().await?;
    let ended = now - SESSIONS_KEPT;
    let over =
        Condition::any().add(auth_session::Column::ExpiresAt.lt(ended)).add(auth_session::Column::RevokedAt.lt(ended));
    let sessions: Vec<uuid::Uuid> = auth_session::Entity::find()
        .select_only()
        .column(auth_session::Column::Id)
        .filter(over)
        .limit(500)
        .into_tuple()
        .all(tx.raw().await?)
        .await?;
    let mut rows = 0;
    if !sessions.is_empty() {
        let of = |column: refresh_token::Column| column.is_in(sessions.clone());
        let tokens = refresh_token::Entity::delete_many().filter(of(refresh_token::Column::SessionId));
        rows += tokens.exec(tx.raw().await?).await?.rows_affected;
        let gone = auth_session::Entity::delete_many().filter(auth_session::Column::Id.is_in(sessions.clone()));
        rows += gone.exec(tx.raw().await?).await?.rows_affected;
    }
    // What failed from a network long ago says nothing of it any more, unless it is known as the owner's.
    let stranger = Condition::any()
        .add(login_attempt::Column::KnownUntil.is_null())
        .add(login_attempt::Column::KnownUntil.lt(now));
    let attempts =
        login_attempt::Entity::delete_many().filter(login_attempt::Column::UpdatedAt.lt(ended)).filter(stranger);
    rows += attempts.exec(tx.raw().await?).await?.rows_affected;
    let gone = replica::Entity::delete_many().filter(replica::Column::SeenAt.lt(now - REPLICAS_KEPT));
    rows += gone.exec(tx.raw().await?).await?.rows_affected;
    let over =
        plugin_preparation::Entity::delete_many().filter(plugin_preparation::Column::CreatedAt.lt(now - REPLICAS_KEPT));
    rows += over.exec(tx.raw().await?).await?.rows_affected;
    tx.commit().await?;
    for tenant in tenants {
        let tx = system.begin(Some(tenant.id)).await?;
        macro_rules! remove {
            ($table:ident, $column:ident, $before:expr) => {{
                let old = Query::select()
                    .column($table::Column::Id)
                    .from($table::Entity)
                    .and_where($table::Column::TenantId.eq(tenant.id))
                    .and_where($table::Column::$column.lt($before))
                    .limit(BATCH)
                    .to_owned();
                let gone = $table::Entity::delete_many()
                    .filter($table::Column::TenantId.eq(tenant.id))
                    .filter($table::Column::Id.in_subquery(old));
                rows += gone.exec(tx.raw().await?).await?.rows_affected;
            }};
        }
        remove!(idempotency, ExpiresAt, now);
        remove!(file_ticket, ExpiresAt, now);
        remove!(outbox, CreatedAt, now - EVENTS_KEPT);
        remove!(connector_call, At, now - CALLS_KEPT);
        remove!(wechat_code, UsedAt, now - CODES_KEPT);
        remove!(plugin_ack, At, now - ACKS_KEPT);
        tx.change::<plugin_epoch::Entity>()
            .filter(plugin_epoch::Column::State.eq(PluginEpochState::Preparing))
            .filter(plugin_epoch::Column::CreatedAt.lt(now - PREPARING))
            .set(plugin_epoch::Column::State, Expr::value(PluginEpochState::Abandoned))
            .run()
            .await?;
        tx.commit().await?;
    }
    Ok(rows)
}
