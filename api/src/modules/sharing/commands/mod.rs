//! What can be done to sources, shared values and disputes: one use case, one file.

mod case_item_callback;
mod field_dispute_answer;
mod shared_data_fetch;
mod shared_field_dispute;
mod source_system_register;

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::{
    graph::{
        payload::{Ref, UserErrorObject, carry_out},
        schema::required,
    },
    kernel::error::{ApiError, Code, UserError},
    modules::{
        exchange::client::Client,
        identity::Identity,
        matters::catalogue::CaseItem,
        personnel::{catalogue::Cadre, rules::refusal::Refusal},
        sharing::catalogue::{FieldDispute, SourceSystem},
    },
    payload,
};

pub use case_item_callback::CaseItemCallbackInput;
pub use field_dispute_answer::FieldDisputeAnswerInput;
pub use shared_data_fetch::{SharedDataFetch, SharedDataFetchInput};
pub use shared_field_dispute::SharedFieldDisputeInput;
pub use source_system_register::SourceSystemRegisterInput;

payload!(
    /// What became of a change to a source system (数据来源系统).
    SourceSystemPayload { source_system: SourceSystem }
);
payload!(
    /// What became of a dispute (数据异议).
    FieldDisputePayload { field_dispute: FieldDispute }
);
payload!(
    /// What became of an agency's callback (部门回调).
    CaseItemCallbackPayload { case_item: CaseItem }
);

/// What came of asking the agencies' systems (横向采集).
#[derive(SimpleObject)]
pub struct SharedDataPayload {
    /// The cadre whose data were asked for; null when it was refused.
    cadre: Option<Ref<Cadre>>,
    /// Keys of the systems that gave nothing this time (未响应系统); what they gave before stays.
    unavailable: Vec<String>,
    /// Why it was refused; empty when it was not.
    user_errors: Vec<UserErrorObject>,
}

/// Changes to sources, shared values and disputes.
#[derive(Default)]
pub struct SharingMutations;

/// Changes to sources, shared values and disputes.
#[Object]
impl SharingMutations {
    /// Registers a system of an agency (登记数据来源系统) and the form fields that it gives.
    /// Permission: `shared_data:create`. H-06.
    async fn source_system_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The system.")] input: SourceSystemRegisterInput,
    ) -> Result<Option<SourceSystemPayload>> {
        SourceSystemPayload::of(ctx, input).await
    }

    /// Asks the agencies' systems what they know of a cadre (横向采集); what they give is filled into forms and not
    /// edited there. Permission: `shared_data:update`. H-06.
    async fn shared_data_fetch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of whom.")] input: SharedDataFetchInput,
    ) -> Result<Option<SharedDataPayload>> {
        let unavailable = || ApiError::of(Code::Unavailable);
        let identity = ctx.data_opt::<Arc<Identity>>().ok_or_else(unavailable)?;
        let client = ctx.data_opt::<Arc<Client>>().ok_or_else(unavailable)?;
        let command = SharedDataFetch::prepare(required(ctx)?, client, identity, input).await?;
        Ok(Some(match carry_out(ctx, &command).await? {
            Ok((cadre, unavailable)) => {
                SharedDataPayload { cadre: Some(Ref::new(cadre)), unavailable, user_errors: vec![] }
            }
            Err(user_errors) => SharedDataPayload { cadre: None, unavailable: vec![], user_errors },
        }))
    }

    /// Disputes a value that an agency gave (提出数据异议): a task of that agency; both values show until it has
    /// answered. Permission: `shared_data:submit`. H-06.
    async fn shared_field_dispute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which value, and what would be right.")] input: SharedFieldDisputeInput,
    ) -> Result<Option<FieldDisputePayload>> {
        FieldDisputePayload::of(ctx, input).await
    }

    /// Answers a dispute (核实数据异议): the value stands, or is corrected. The agency that owns it answers.
    /// Permission: `shared_data:finish`. H-06.
    async fn field_dispute_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which dispute, and the answer.")] input: FieldDisputeAnswerInput,
    ) -> Result<Option<FieldDisputePayload>> {
        FieldDisputePayload::of(ctx, input).await
    }

    /// Takes what an agency's own system says of an item (部门系统回调), once for each of its call ids, for ever.
    /// Permission: `case_item:finish`. H-03.
    async fn case_item_callback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and what was done.")] input: CaseItemCallbackInput,
    ) -> Result<Option<CaseItemCallbackPayload>> {
        CaseItemCallbackPayload::of(ctx, input).await
    }
}

/// A refusal of the rule about disputes, at the field that it is about.
fn refused(refusal: Refusal, field: &str) -> UserError {
    let code = match refusal.code {
        "DISPUTE_OPEN" => Code::AlreadyExists,
        "REASON_MISSING" => Code::Required,
        "NOT_IN_STATE" => Code::NotInState,
        _ => Code::InvalidValue,
    };
    UserError::new(code, field, refusal.zh, refusal.en)
}
