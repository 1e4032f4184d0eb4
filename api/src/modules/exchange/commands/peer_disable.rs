//! Ends the exchange with a peer.

use async_graphql::InputObject;
use entities::{exchange_peer, values::PeerState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::exchange::catalogue::ExchangePeer,
};

/// Which peer is told nothing any more (停用交换节点).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ExchangePeerDisableInput {
    /// Which peer.
    pub id: Id<ExchangePeer>,
    /// The version that you read.
    pub expected_version: i32,
}

#[async_trait::async_trait]
impl Command for ExchangePeerDisableInput {
    const NAME: &'static str = "exchangePeerDisable";
    const RIGHT: (Resource, Action) = (Resource::Exchange, Action::Disable);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let peer = tx.gate::<exchange_peer::Entity>(Self::RIGHT.1)?.id(self.id.uuid()).lock().required().await?;
        if peer.version != self.expected_version {
            return Err(UserError::of(Code::VersionMismatch, "input.expectedVersion").into());
        }
        if peer.state != PeerState::Active {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        let version = peer.version + 1;
        tx.change::<exchange_peer::Entity>()
            .id(peer.id)
            .filter(exchange_peer::Column::Version.eq(peer.version))
            .set(exchange_peer::Column::State, Expr::value(PeerState::Disabled))
            .set(exchange_peer::Column::Version, Expr::value(version))
            .set(exchange_peer::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        tx.touched("ExchangePeer", peer.id, json!({ "disabled": true }));
        tx.emit("exchange.peerDisabled", "ExchangePeer", peer.id, version, json!({})).await?;
        Ok(peer.id)
    }
}
