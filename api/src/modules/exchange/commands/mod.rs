//! What can be done to peers and messages: one use case, one file.

mod message_retry;
mod notice_send;
mod peer_disable;
mod peer_register;

use async_graphql::{Context, Object, Result};

use crate::{
    modules::exchange::catalogue::{ExchangeMessage, ExchangePeer},
    payload,
};

pub use message_retry::ExchangeMessageRetryInput;
pub use notice_send::ExchangeNoticeSendInput;
pub use peer_disable::ExchangePeerDisableInput;
pub use peer_register::ExchangePeerRegisterInput;

payload!(
    /// What became of a change to a peer (数据交换节点).
    ExchangePeerPayload { exchange_peer: ExchangePeer }
);
payload!(
    /// What became of a message (交换报文).
    ExchangeMessagePayload { exchange_message: ExchangeMessage }
);

/// Changes to peers and messages.
#[derive(Default)]
pub struct ExchangeMutations;

/// Changes to peers and messages.
#[Object]
impl ExchangeMutations {
    /// Registers a node above or below (登记交换节点) with its key; from now on its messages are taken.
    /// Permission: `exchange:create` over the whole tenant. H-06.
    async fn exchange_peer_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The peer.")] input: ExchangePeerRegisterInput,
    ) -> Result<Option<ExchangePeerPayload>> {
        ExchangePeerPayload::of(ctx, input).await
    }

    /// Ends the exchange with a peer (停用交换节点): nothing is sent to it nor taken from it any more.
    /// Permission: `exchange:disable` over the whole tenant. H-06.
    async fn exchange_peer_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which peer.")] input: ExchangePeerDisableInput,
    ) -> Result<Option<ExchangePeerPayload>> {
        ExchangePeerPayload::of(ctx, input).await
    }

    /// Sends a notice to a peer, up or down (发送通知). Permission: `exchange:submit` over the whole tenant. H-06.
    async fn exchange_notice_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and the notice.")] input: ExchangeNoticeSendInput,
    ) -> Result<Option<ExchangeMessagePayload>> {
        ExchangeMessagePayload::of(ctx, input).await
    }

    /// Sends a message that waits for its next attempt at once (立即重发).
    /// Permission: `exchange:submit` over the whole tenant. H-06.
    async fn exchange_message_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: ExchangeMessageRetryInput,
    ) -> Result<Option<ExchangeMessagePayload>> {
        ExchangeMessagePayload::of(ctx, input).await
    }
}
