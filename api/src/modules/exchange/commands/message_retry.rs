//! Sends a waiting message at once.

use async_graphql::InputObject;
use entities::{exchange_message, values::MessageState};
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
    modules::exchange::catalogue::ExchangeMessage,
};

/// Which message is sent at once (立即重发).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ExchangeMessageRetryInput {
    /// Which message; one whose receipt has not come.
    pub id: Id<ExchangeMessage>,
}

#[async_trait::async_trait]
impl Command for ExchangeMessageRetryInput {
    const NAME: &'static str = "exchangeMessageRetry";
    const RIGHT: (Resource, Action) = (Resource::Exchange, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let message = tx.gate::<exchange_message::Entity>(Self::RIGHT.1)?.id(self.id.uuid()).required().await?;
        let due = tx
            .change::<exchange_message::Entity>()
            .id(message.id)
            .filter(exchange_message::Column::State.eq(MessageState::Pending))
            .set(exchange_message::Column::NextAttemptAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if due == 0 {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        tx.touched("ExchangeMessage", message.id, json!({ "retried": true }));
        tx.emit("exchange.retried", "ExchangeMessage", message.id, message.attempts + 1, json!({})).await?;
        Ok(message.id)
    }
}
