//! The audit record is sealed in a chain (审计封存): a change, a removal or a forged line shows, and so does a missing seal.
//! Seals are made beside requests, a while after the lines, so that no command waits for another one's.

pub mod answer;
pub mod chain;
mod gathering;
pub mod verifying;
pub mod worker;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{audit, audit_seal};
use sea_orm::{ColumnTrait, Order, Set};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::Reason,
        tx::Inner,
    },
    modules::{administration::sealing::chain::Link, identity::Identity},
};

/// After so long every line of a moment is there: no transaction takes longer, and none begins under a clock that is further
/// off (`kernel::readiness`).
pub const SETTLED: TimeDelta = TimeDelta::minutes(10);

/// So much longer lines are gathered, unless there are enough for a seal before: a tenant where little happens would
/// have a seal for each line.
pub const GATHERED: TimeDelta = TimeDelta::minutes(5);

/// Lines in one seal, and those of the same moment as the last.
const LINES: u64 = 1_000;

/// The key of a tenant's seals (封存密钥).
pub fn key(identity: &Identity, tenant: Uuid) -> Result<[u8; 32], ApiError> {
    identity.audit_key(tenant).map_err(|error| {
        tracing::error!(%error, "the audit record cannot be sealed");
        ApiError::of(Code::InternalServerError)
    })
}

/// So many lines of a tenant after a moment and up to another, in their order.
async fn lines(
    tx: &Inner,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    most: u64,
) -> Result<Vec<audit::Model>, ApiError> {
    let mut rows = tx.parts::<audit::Entity>();
    if let Some(until) = until {
        rows = rows.filter(audit::Column::At.lte(until));
    }
    if let Some(since) = since {
        rows = rows.filter(audit::Column::At.gt(since));
    }
    rows = rows.order_by(audit::Column::At, Order::Asc).order_by(audit::Column::Id, Order::Asc);
    rows.limit(most).all().await
}

/// Makes a tenant's next seal, if there are lines that are old enough; tells when to look again.
pub async fn seal(identity: &Identity, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
    let tx = identity.platform().system(Reason::Seal).begin(Some(tenant)).await?;
    let now = tx.now();
    let last =
        tx.parts::<audit_seal::Entity>().order_by(audit_seal::Column::Number, Order::Desc).limit(1).one().await?;
    let since = last.as_ref().map(|seal| seal.until);
    let mut found = lines(&tx, since, Some(now - SETTLED), LINES).await?;
    let is_full = found.len() as u64 == LINES;
    let due = |line: &audit::Model| line.at + SETTLED + GATHERED;
    let Some(end) =
        found.last().map(|line| line.at).filter(|_| is_full || found.first().is_some_and(|line| due(line) <= now))
    else {
        let next = match found.first() {
            Some(line) => Some(due(line)),
            None => lines(&tx, since, None, 1).await?.first().map(due),
        };
        tx.rollback().await?;
        return Ok(next);
    };
    if is_full && let Some(last) = found.last().map(|line| line.id) {
        // The others of that moment, which the next one would pass over.
        let rest = tx.parts::<audit::Entity>().filter(audit::Column::At.eq(end)).filter(audit::Column::Id.gt(last));
        found.extend(rest.order_by(audit::Column::Id, Order::Asc).all().await?);
    }
    let (number, previous) = last.map_or((1, String::new()), |seal| (seal.number + 1, seal.digest));
    let digest = chain::sealed(Link { number, since, until: end, previous: &previous }, &found);
    let mac = chain::signed(&key(identity, tenant)?, &digest)?;
    let row = audit_seal::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        number: Set(number),
        since: Set(since),
        until: Set(end),
        lines: Set(i32::try_from(found.len()).unwrap_or(i32::MAX)),
        previous: Set(previous),
        digest: Set(digest.clone()),
        mac: Set(mac),
        sealed_at: Set(now),
    };
    // Another replica may have made the same one.
    let fresh = tx.insert_new(row, [audit_seal::Column::Number]).await?;
    tx.commit().await?;
    if fresh {
        // Where the log goes, a chain whose end was cut off can be held against it.
        tracing::info!(%tenant, number, digest, "the audit record is sealed");
        metrics::counter!("zugong_audit_seals_total").increment(1);
    }
    Ok(Some(now))
}

/// Whether the chain has a seal of this number with this digest.
pub async fn has(tx: &Inner, number: i32, digest: &str) -> Result<bool, ApiError> {
    let seals = tx.parts::<audit_seal::Entity>().filter(audit_seal::Column::Number.eq(number));
    Ok(seals.filter(audit_seal::Column::Digest.eq(digest)).count().await? > 0)
}
