//! Sends a notice to a peer.

use async_graphql::InputObject;
use entities::{
    exchange_peer,
    values::{MessageKind, PeerState},
};
use policies::{Action, Resource};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults},
        id::Id,
        tx::Tx,
    },
    modules::{
        exchange::{catalogue::ExchangePeer, collect::write},
        personnel::commands::checks,
    },
};

/// A notice (通知).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ExchangeNoticeSendInput {
    /// To whom (收件节点).
    pub peer: Id<ExchangePeer>,
    /// Title (标题), 1 to 200 characters.
    pub title: String,
    /// Text (正文), 1 to 4,000 characters.
    pub text: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for ExchangeNoticeSendInput {
    const NAME: &'static str = "exchangeNoticeSend";
    const RIGHT: (Resource, Action) = (Resource::Exchange, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let text = faults.take(checks::text(&self.text, "input.text", 4000));
        let peer = tx.gate::<exchange_peer::Entity>(Self::RIGHT.1)?.id(self.peer.uuid()).one().await?;
        let peer = faults.usable(peer, |peer| peer.state == PeerState::Active, "input.peer");
        faults.check()?;
        let Some(peer) = peer else { return Err(Code::InternalServerError.into()) };
        let body = json!({ "title": title, "text": text, "by": tx.session().authority().name });
        let key = format!("notice:{}", tx.new_id().simple());
        let id = write(tx, peer.id, MessageKind::Notice, key, body, tx.session().now()).await?;
        tx.touched("ExchangeMessage", id, json!({ "notice": peer.code }));
        tx.emit("exchange.written", "ExchangeMessage", id, 1, json!({})).await?;
        Ok(id)
    }
}
