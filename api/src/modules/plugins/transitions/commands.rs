//! Tells a plug-in once more.

use async_graphql::{Context, InputObject, Object, Result};
use entities::{plugin_transition, values::PluginCallState};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
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
    modules::{
        administration::commands::guard,
        plugins::transitions::{catalogue::PluginTransition, queue::TOO_DEEP},
    },
    payload,
};

payload!(
    /// What became of a move that a plug-in is told of (流转通知).
    PluginTransitionPayload { plugin_transition: PluginTransition }
);

/// A move that a plug-in is told of once more (重新通知).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginTransitionRetryInput {
    /// Which; parked, or left to people.
    pub id: Id<PluginTransition>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// Changes to what plug-ins are told.
#[derive(Default)]
pub struct TransitionMutations;

/// Changes to what plug-ins are told.
#[Object]
impl TransitionMutations {
    /// Tells a plug-in once more that a case has moved on (重新通知); what was done then is not done twice.
    /// Permission: `connector:update`, at the root.
    async fn plugin_transition_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PluginTransitionRetryInput,
    ) -> Result<Option<PluginTransitionPayload>> {
        PluginTransitionPayload::of(ctx, input).await
    }
}

#[async_trait::async_trait]
impl Command for PluginTransitionRetryInput {
    const NAME: &'static str = "pluginTransitionRetry";
    const RIGHT: (Resource, Action) = (Resource::Connector, Action::Update);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        use plugin_transition::Column;
        guard::tenant_wide(tx.session(), Self::RIGHT.0, Self::RIGHT.1)?;
        let row = tx.gate::<plugin_transition::Entity>(Action::Update)?.id(self.id.uuid()).lock().required().await?;
        let waits = matches!(row.state, PluginCallState::Parked | PluginCallState::Handed);
        if !waits || row.last_error.as_deref() == Some(TOO_DEEP) {
            let state = entities::CodeEnum::as_str(row.state);
            let (zh, en) = (format!("当前状态 {state}，不能重新通知"), format!("It is {state}."));
            return Err(UserError::new(Code::NotInState, "input.id", zh, en).into());
        }
        tx.change::<plugin_transition::Entity>()
            .id(row.id)
            .set(Column::State, Expr::value(PluginCallState::Pending))
            .set(Column::NextAttemptAt, Expr::value(tx.now()))
            .set(Column::UpdatedAt, Expr::value(tx.now()))
            .run()
            .await?;
        tx.touched("PluginTransition", row.id, json!({ "state": PluginCallState::Pending }));
        Ok(row.id)
    }
}
