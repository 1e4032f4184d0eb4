//! From the log of events to messages: every change of a case becomes a message for the peers that are told of cases.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    case_item, exchange_message, exchange_peer, matter, matter_case, outbox,
    values::{CaseItemState, MessageKind, MessageState},
};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::{
    error::{ApiError, Code},
    id::publish,
    tx::SystemTx,
};

/// Events read in one round.
const BATCH: u64 = 500;
/// Events become visible when their transactions end, not when they were written: so far back is read again.
const OVERLAP: TimeDelta = TimeDelta::seconds(30);

/// What is told of a case (办件数据): how it stands, and of whom nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseReport {
    /// The sender's id of it.
    pub case: String,
    /// Case number.
    pub number: String,
    /// Key of the matter.
    pub matter_key: String,
    /// Level it is handled at.
    pub level: entities::values::TenantLevel,
    /// Division it belongs to.
    pub division_code: String,
    /// State.
    pub state: entities::values::CaseState,
    /// Civil date of submission.
    pub submitted_on: chrono::NaiveDate,
    /// Civil date of the end.
    pub finished_on: Option<chrono::NaiveDate>,
    /// Working days taken.
    pub worked_days: Option<i32>,
    /// Items done.
    pub items_done: i32,
    /// Items.
    pub items_total: i32,
    /// The sender's version of it.
    pub version: i32,
}

/// Writes messages for what has happened since a peer's position, and moves the position on. Replicas may do so
/// together: a case's version is told of once.
pub async fn collect(tx: &SystemTx, peer: &exchange_peer::Model) -> Result<(), ApiError> {
    let Some(position) = peer.position.filter(|_| peer.sends_cases) else { return Ok(()) };
    let events = tx
        .parts::<outbox::Entity>()
        .filter(outbox::Column::CreatedAt.gte(position - OVERLAP))
        .filter(outbox::Column::ObjectType.eq("Case"))
        .order_by(outbox::Column::CreatedAt, Order::Asc)
        .order_by(outbox::Column::Id, Order::Asc)
        .limit(BATCH)
        .all()
        .await?;
    let Some(last) = events.last() else { return Ok(()) };
    let cases: BTreeSet<Uuid> = events.iter().map(|event| event.object_id).collect();
    for case in cases {
        let (key, report) = report(tx, case).await?;
        write(tx, peer.id, MessageKind::Case, key, report, tx.now()).await?;
    }
    // A full batch within the overlap would be read for ever: then the position moves past what was read.
    let full = u64::try_from(events.len()).unwrap_or(u64::MAX) >= BATCH;
    let reached = if full { last.created_at + OVERLAP } else { last.created_at };
    if reached > position {
        tx.change::<exchange_peer::Entity>()
            .id(peer.id)
            .set(exchange_peer::Column::Position, Expr::value(reached))
            .run()
            .await?;
    }
    Ok(())
}

async fn report(tx: &SystemTx, id: Uuid) -> Result<(String, serde_json::Value), ApiError> {
    let case = tx.parts::<matter_case::Entity>().id(id).required().await?;
    let matter = tx.parts::<matter::Entity>().id(case.matter_id).required().await?;
    let items = || tx.parts::<case_item::Entity>().filter(case_item::Column::CaseId.eq(id));
    let done = items().filter(case_item::Column::State.eq(CaseItemState::Done)).count().await?;
    let count = |n: u64| i32::try_from(n).unwrap_or(i32::MAX);
    let report = CaseReport {
        case: publish("cas", id),
        number: case.number,
        matter_key: matter.key,
        level: case.level,
        division_code: case.division_code,
        state: case.state,
        submitted_on: case.submitted_on,
        finished_on: case.finished_on,
        worked_days: case.worked_days,
        items_done: count(done),
        items_total: count(items().count().await?),
        version: case.version,
    };
    let key = format!("case:{}:{}", id.simple(), report.version);
    let body = serde_json::to_value(report).map_err(|_| ApiError::of(Code::InternalServerError))?;
    Ok((key, body))
}

/// Writes a message that is due now, unless there is one about the same.
pub async fn write(
    tx: &crate::kernel::tx::Inner,
    peer: Uuid,
    kind: MessageKind,
    key: String,
    body: serde_json::Value,
    now: DateTime<Utc>,
) -> Result<Uuid, ApiError> {
    let id = tx.new_id();
    let row = exchange_message::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        peer_id: Set(peer),
        kind: Set(kind),
        key: Set(key),
        body: Set(body),
        state: Set(MessageState::Pending),
        attempts: Set(0),
        next_attempt_at: Set(now),
        last_error: Set(None),
        receipt: Set(None),
        delivered_at: Set(None),
        created_at: Set(now),
    };
    tx.insert_new(row, [exchange_message::Column::PeerId, exchange_message::Column::Key]).await?;
    Ok(id)
}
