//! What comes from peers: checked, registered once, answered with a receipt.

use std::sync::Arc;

use entities::{
    CodeEnum, audit, exchange_peer, received_case, received_message, tenant,
    values::{MessageKind, PeerState, TenantState},
};
use sea_orm::{ColumnTrait, ExprTrait, Set, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        platform::Platform,
        session::Reason,
        tx::SystemTx,
    },
    modules::{
        exchange::{
            collect::CaseReport,
            envelope::{Envelope, NodeKey, Receipt, Signed, digest, verifies},
        },
        identity::Identity,
    },
};

/// The longest text of a report that is kept.
const LONGEST: usize = 200;

/// Takes a message for a tenant. A tenant that is not there, a peer that is unknown and a signature that is not
/// the peer's get the same answer.
pub async fn receive(identity: &Identity, to: &str, bytes: &[u8], signature: &str) -> Result<Signed, ApiError> {
    let platform = identity.platform();
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| unusable("body"))?;
    if envelope.to != to {
        return Err(unusable("to"));
    }
    let tenant = served(platform, to).await?;
    let system = platform.system(Reason::Exchange);
    let tx = system.begin(Some(tenant.id)).await?;
    let taken = take(&tx, &envelope, bytes, signature).await;
    let received = match taken {
        Ok(received) => received,
        Err(error) => {
            tx.rollback().await?;
            return Err(error);
        }
    };
    tx.commit().await?;
    let receipt = Receipt {
        id: envelope.id,
        by: tenant.code,
        digest: received.digest,
        received_at: received.received_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
    };
    let failed = |_| ApiError::of(Code::InternalServerError);
    let receipt = serde_json::to_string(&receipt).map_err(failed)?;
    let key = NodeKey::of(identity, tenant.id)?;
    Ok(Signed { signature: key.sign(receipt.as_bytes()), receipt })
}

fn unusable(field: &str) -> ApiError {
    ApiError::of(Code::BadUserInput).at(field)
}

async fn served(platform: &Arc<Platform>, code: &str) -> Result<tenant::Model, ApiError> {
    let tx = platform.system(Reason::Exchange).begin(None).await?;
    let tenants = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(code));
    let found = tenants.filter(tenant::Column::State.eq(TenantState::Active)).one().await?;
    tx.rollback().await?;
    found.ok_or(ApiError::of(Code::Unauthenticated))
}

async fn take(
    tx: &SystemTx,
    envelope: &Envelope,
    bytes: &[u8],
    signature: &str,
) -> Result<received_message::Model, ApiError> {
    let peers = tx.parts::<exchange_peer::Entity>().filter(exchange_peer::Column::Code.eq(&envelope.from));
    let peer = peers.filter(exchange_peer::Column::State.eq(PeerState::Active)).one().await?;
    let known = peer.filter(|peer| verifies(&peer.public_key, bytes, signature));
    let peer = known.ok_or(ApiError::of(Code::Unauthenticated))?;
    let kind = MessageKind::parse(&envelope.kind).ok_or_else(|| unusable("kind"))?;
    let row = received_message::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        peer_id: Set(peer.id),
        message_id: Set(envelope.id),
        kind: Set(kind),
        digest: Set(digest(bytes)),
        body: Set(envelope.body.clone()),
        received_at: Set(tx.now()),
    };
    // A twin that comes at the same moment waits here for the first to end.
    let fresh = tx.insert_new(row, [received_message::Column::PeerId, received_message::Column::MessageId]).await?;
    let kept = tx
        .parts::<received_message::Entity>()
        .filter(received_message::Column::PeerId.eq(peer.id))
        .filter(received_message::Column::MessageId.eq(envelope.id))
        .required()
        .await?;
    if kept.digest != digest(bytes) {
        return Err(ApiError::of(Code::IdempotencyMismatch).at("id"));
    }
    if fresh {
        if kind == MessageKind::Case {
            keep_case(tx, peer.id, &envelope.body).await?;
        }
        tx.insert(line(tx, &peer, &kept)).await?;
        tx.emit("exchange.received", "ReceivedMessage", kept.id, 1, json!({})).await?;
    }
    Ok(kept)
}

/// Keeps how a peer's case stands, unless something newer of it is known.
async fn keep_case(tx: &SystemTx, peer: Uuid, body: &serde_json::Value) -> Result<(), ApiError> {
    use received_case::Column;
    let told: CaseReport = serde_json::from_value(body.clone()).map_err(|_| unusable("body"))?;
    let texts = [&told.case, &told.number, &told.matter_key, &told.division_code];
    if texts.iter().any(|text| text.is_empty() || text.chars().count() > LONGEST) {
        return Err(unusable("body"));
    }
    let row = received_case::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        peer_id: Set(peer),
        case_ref: Set(told.case.clone()),
        number: Set(told.number),
        matter_key: Set(told.matter_key),
        level: Set(told.level),
        division_code: Set(told.division_code),
        state: Set(told.state),
        submitted_on: Set(told.submitted_on),
        finished_on: Set(told.finished_on),
        worked_days: Set(told.worked_days),
        items_done: Set(told.items_done),
        items_total: Set(told.items_total),
        case_version: Set(told.version),
        received_at: Set(tx.now()),
    };
    if tx.insert_new(row, [Column::PeerId, Column::CaseRef]).await? {
        return Ok(());
    }
    // Messages may overtake each other: an older version changes nothing.
    tx.change::<received_case::Entity>()
        .filter(Column::PeerId.eq(peer))
        .filter(Column::CaseRef.eq(told.case))
        .filter(Expr::col(Column::CaseVersion).lt(told.version))
        .set(Column::State, Expr::value(told.state))
        .set(Column::FinishedOn, Expr::value(told.finished_on))
        .set(Column::WorkedDays, Expr::value(told.worked_days))
        .set(Column::ItemsDone, Expr::value(told.items_done))
        .set(Column::ItemsTotal, Expr::value(told.items_total))
        .set(Column::CaseVersion, Expr::value(told.version))
        .set(Column::ReceivedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(())
}

fn line(tx: &SystemTx, peer: &exchange_peer::Model, kept: &received_message::Model) -> audit::ActiveModel {
    audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(None),
        actor_name: Set(peer.name.clone()),
        session_id: Set(None),
        action: Set("exchangeReceive".into()),
        object_type: Set("ExchangePeer".into()),
        object_id: Set(Some(peer.id)),
        request_id: Set(String::new()),
        remote: Set(None),
        digest: Set(kept.digest.clone()),
        detail: Set(json!({ "kind": kept.kind })),
        at: Set(tx.now()),
    }
}
