//! Messages that are due: claimed, sent, and settled by their receipts.

use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    CodeEnum, exchange_message, exchange_peer,
    values::{MessageState, PeerState},
};
use sea_orm::{ColumnTrait, ExprTrait, Order, sea_query::Expr};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::System,
        tx::plus_one,
    },
    modules::exchange::{
        client::Client,
        collect::collect,
        envelope::{Envelope, NodeKey, Receipt, Signed, digest, verifies},
        rules::backoff::wait,
    },
};

/// Messages of a tenant that are sent in one round.
const BATCH: u64 = 20;
/// For so long a message belongs to whoever claimed it; longer than a peer may take.
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// The tenant that sends.
pub struct Sender<'a> {
    /// The tenant.
    pub tenant: Uuid,
    /// Its code.
    pub code: &'a str,
    /// Its key.
    pub key: &'a NodeKey,
}

/// Reads the log for a tenant's peers, sends what is due and tells when to look again; never, where it has no peers.
pub async fn round(system: &System, client: &Client, sender: &Sender<'_>) -> Result<Option<DateTime<Utc>>, ApiError> {
    let now = system.platform().clock().now();
    let tx = system.begin(Some(sender.tenant)).await?;
    let peers = tx.parts::<exchange_peer::Entity>();
    let peers = peers.filter(exchange_peer::Column::State.eq(PeerState::Active)).all().await?;
    if peers.is_empty() {
        tx.rollback().await?;
        return Ok(None);
    }
    for peer in &peers {
        collect(&tx, peer).await?;
    }
    let pending = || {
        let messages = tx.parts::<exchange_message::Entity>();
        messages
            .filter(exchange_message::Column::State.eq(MessageState::Pending))
            .filter(exchange_message::Column::PeerId.is_in(peers.iter().map(|peer| peer.id)))
            .order_by(exchange_message::Column::NextAttemptAt, Order::Asc)
    };
    let mut mine = vec![];
    for message in pending().filter(exchange_message::Column::NextAttemptAt.lte(now)).limit(BATCH).all().await? {
        // Of replicas that see the same message, the one whose update counts sends it.
        let claimed = tx
            .change::<exchange_message::Entity>()
            .id(message.id)
            .filter(exchange_message::Column::State.eq(MessageState::Pending))
            .filter(exchange_message::Column::Attempts.eq(message.attempts))
            .set(exchange_message::Column::Attempts, plus_one(exchange_message::Column::Attempts))
            .set(exchange_message::Column::NextAttemptAt, Expr::value(now + LEASE))
            .run()
            .await?;
        if claimed > 0 {
            mine.push(message);
        }
    }
    tx.commit().await?;
    let sending = mine.iter().filter_map(|message| {
        let peer = peers.iter().find(|peer| peer.id == message.peer_id)?;
        Some(async move { (message, send(client, sender, peer, message).await) })
    });
    for (message, outcome) in futures::future::join_all(sending).await {
        settle(system, sender.tenant, message, outcome).await?;
    }
    next(system, sender.tenant, &peers).await
}

async fn next(
    system: &System,
    tenant: Uuid,
    peers: &[exchange_peer::Model],
) -> Result<Option<DateTime<Utc>>, ApiError> {
    let tx = system.read(tenant).await?;
    let first = tx
        .parts::<exchange_message::Entity>()
        .filter(exchange_message::Column::State.eq(MessageState::Pending))
        .filter(exchange_message::Column::PeerId.is_in(peers.iter().map(|peer| peer.id)))
        .order_by(exchange_message::Column::NextAttemptAt, Order::Asc)
        .one()
        .await?;
    tx.rollback().await?;
    // The log is read every minute even if a hint gets lost.
    let floor = system.platform().clock().now() + TimeDelta::seconds(60);
    Ok(Some(first.map_or(floor, |message| std::cmp::min(message.next_attempt_at, floor))))
}

/// Sends one message; the receipt, or why there is none.
async fn send(
    client: &Client,
    sender: &Sender<'_>,
    peer: &exchange_peer::Model,
    message: &exchange_message::Model,
) -> Result<Receipt, String> {
    let envelope = Envelope {
        id: message.id,
        from: sender.code.to_string(),
        to: peer.code.clone(),
        kind: message.kind.as_str().to_string(),
        body: message.body.clone(),
    };
    let bytes = serde_json::to_vec(&envelope).map_err(|error| error.to_string())?;
    let (signature, sum) = (sender.key.sign(&bytes), digest(&bytes));
    let answer = client.post(&peer.endpoint, &format!("/exchange/{}", peer.code), bytes, &signature).await?;
    let signed: Signed = serde_json::from_slice(&answer).map_err(|_| "answered without a receipt")?;
    if !verifies(&peer.public_key, signed.receipt.as_bytes(), &signed.signature) {
        return Err("the receipt's signature is not the peer's".into());
    }
    let receipt: Receipt = serde_json::from_str(&signed.receipt).map_err(|_| "the receipt cannot be read")?;
    if receipt.id != message.id || receipt.digest != sum || receipt.by != peer.code {
        return Err("the receipt is for something else".into());
    }
    Ok(receipt)
}

async fn settle(
    system: &System,
    tenant: Uuid,
    message: &exchange_message::Model,
    outcome: Result<Receipt, String>,
) -> Result<(), ApiError> {
    use exchange_message::Column;
    let now = system.platform().clock().now();
    let attempts = message.attempts.saturating_add(1);
    let tx = system.begin(Some(tenant)).await?;
    let open = tx.change::<exchange_message::Entity>().id(message.id).filter(Column::State.eq(MessageState::Pending));
    match outcome {
        Ok(receipt) => {
            let receipt = serde_json::to_value(receipt).map_err(|_| ApiError::of(Code::InternalServerError))?;
            let settled = open
                .set(Column::State, Expr::value(MessageState::Delivered))
                .set(Column::Receipt, Expr::value(receipt))
                .set(Column::DeliveredAt, Expr::value(now))
                .set(Column::LastError, Expr::value(None::<String>))
                .run()
                .await?;
            if settled > 0 {
                tx.emit("exchange.delivered", "ExchangeMessage", message.id, attempts, serde_json::json!({})).await?;
            }
        }
        Err(reason) => {
            tracing::info!(message = %message.id, attempts, reason, "a message was not received");
            let again = now + wait(u32::try_from(attempts).unwrap_or(u32::MAX));
            // Only of the attempt that was made: a later claim has its own end.
            open.filter(Expr::col(Column::Attempts).eq(attempts))
                .set(Column::LastError, Expr::value(reason))
                .set(Column::NextAttemptAt, Expr::value(again))
                .run()
                .await?;
        }
    }
    tx.commit().await
}
