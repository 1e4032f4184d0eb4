//! What can be done to the library of policies: one use case, one file, or a few that are two ends of one.

mod document_publish;
mod document_push;
mod glossary;
mod policy_effect;
mod policy_gap;

use async_graphql::{Context, Object, Result};

use crate::{
    modules::policy_library::catalogue::{
        GlossaryTerm, PolicyDocument, PolicyEffect, PolicyGap, PolicyPush, PolicyScore, StepRule,
    },
    payload,
};

pub use document_publish::{PolicyDocumentPublishInput, PolicyDocumentRepealInput};
pub use document_push::{PolicyDocumentPushInput, PolicyPushReadInput};
pub use glossary::{GlossaryTermSetInput, StepRuleBindInput};
pub use policy_effect::{PolicyEffectReportInput, PolicyScoreSetInput};
pub use policy_gap::{PolicyGapAnswerInput, PolicyGapOpenInput};

payload!(
    /// What became of a change to a policy (政策文件).
    PolicyDocumentPayload { policy_document: PolicyDocument }
);
payload!(
    /// What became of a change to a push (政策推送).
    PolicyPushPayload { policy_push: PolicyPush }
);
payload!(
    /// What became of a report of effects (政策成效数据).
    PolicyEffectPayload { policy_effect: PolicyEffect }
);
payload!(
    /// What became of a judgement (政策评价).
    PolicyScorePayload { policy_score: PolicyScore }
);
payload!(
    /// What became of a change to a gap (政策缺口).
    PolicyGapPayload { policy_gap: PolicyGap }
);
payload!(
    /// What became of a change to the glossary (用语释义).
    GlossaryTermPayload { glossary_term: GlossaryTerm }
);
payload!(
    /// What became of a binding (环节制度).
    StepRulePayload { step_rule: StepRule }
);

/// Changes to the library of policies.
#[derive(Default)]
pub struct PolicyMutations;

/// Changes to the library of policies.
#[Object]
impl PolicyMutations {
    /// Publishes a version of a document (政策入库), found by its words at once.
    /// Permission: `policy_document:publish` over the whole tenant. I-04.
    async fn policy_document_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document.")] input: PolicyDocumentPublishInput,
    ) -> Result<Option<PolicyDocumentPayload>> {
        PolicyDocumentPayload::of(ctx, input).await
    }

    /// Ends a document on a day (政策废止). Permission: `policy_document:publish` over the whole tenant. I-04.
    async fn policy_document_repeal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which document, when and why.")] input: PolicyDocumentRepealInput,
    ) -> Result<Option<PolicyDocumentPayload>> {
        PolicyDocumentPayload::of(ctx, input).await
    }

    /// Brings a policy to items and units, each once (政策推送). Permission: `policy_document:submit`. I-04.
    async fn policy_document_push(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which policy, and for whom.")] input: PolicyDocumentPushInput,
    ) -> Result<Option<PolicyDocumentPayload>> {
        PolicyDocumentPayload::of(ctx, input).await
    }

    /// Confirms that a policy came (政策签收). Permission: `work_item:read`. I-04.
    async fn policy_push_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which push.")] input: PolicyPushReadInput,
    ) -> Result<Option<PolicyPushPayload>> {
        PolicyPushPayload::of(ctx, input).await
    }

    /// Reports what a policy brought in a period (政策成效填报). Permission: `policy_document:submit`. I-04.
    async fn policy_effect_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which policy and period, and what it brought.")] input: PolicyEffectReportInput,
    ) -> Result<Option<PolicyEffectPayload>> {
        PolicyEffectPayload::of(ctx, input).await
    }

    /// Judges a policy by three scores (政策评价); judging again replaces one's own. Permission: `policy_document:submit`. I-04.
    async fn policy_score_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which policy, and the scores.")] input: PolicyScoreSetInput,
    ) -> Result<Option<PolicyScorePayload>> {
        PolicyScorePayload::of(ctx, input).await
    }

    /// Opens a policy gap over problems (提出政策缺口). Permission: `problem:create`. I-04.
    async fn policy_gap_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The gap, and the problems behind it.")] input: PolicyGapOpenInput,
    ) -> Result<Option<PolicyGapPayload>> {
        PolicyGapPayload::of(ctx, input).await
    }

    /// Answers a gap with a policy (政策对接). Permission: `problem:update`. I-04.
    async fn policy_gap_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which gap, and the policy.")] input: PolicyGapAnswerInput,
    ) -> Result<Option<PolicyGapPayload>> {
        PolicyGapPayload::of(ctx, input).await
    }

    /// Explains a word of the trade (用语释义). Permission: `policy_document:publish` over the whole tenant. I-04.
    async fn glossary_term_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The word, and what it means.")] input: GlossaryTermSetInput,
    ) -> Result<Option<GlossaryTermPayload>> {
        GlossaryTermPayload::of(ctx, input).await
    }

    /// Binds a step of the process to a regulation (环节制度). Permission: `policy_document:publish` over the whole tenant. I-05.
    async fn step_rule_bind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which regulation, and which step.")] input: StepRuleBindInput,
    ) -> Result<Option<StepRulePayload>> {
        StepRulePayload::of(ctx, input).await
    }
}
