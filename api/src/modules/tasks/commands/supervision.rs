//! What can be done about problems and what citizens bring forward (督查、群众事项), I-05.

use async_graphql::{Context, Object, Result};

use crate::{
    modules::tasks::catalogue::{CitizenMatter, Problem},
    payload,
};

pub use super::{
    citizen_matter::{CitizenMatterAdvanceInput, CitizenMatterRegisterInput},
    problem_act::{ProblemInterviewRecordInput, ProblemJoinInput, ProblemResolveInput, ProblemUpgradeInput},
    problem_raise::ProblemRaiseInput,
};

payload!(
    /// What became of a change to a problem (问题).
    ProblemPayload { problem: Problem }
);
payload!(
    /// What became of a change to a citizen's matter (群众反映事项).
    CitizenMatterPayload { citizen_matter: CitizenMatter }
);

/// Changes to problems and citizens' matters.
#[derive(Default)]
pub struct SupervisionMutations;

/// Changes to problems and citizens' matters.
#[Object]
impl SupervisionMutations {
    /// Raises a problem (提出问题). One that is open for the same task or matter and cause is not raised again: the body
    /// joins it. Permission: `problem:create`. I-05.
    async fn problem_raise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The problem.")] input: ProblemRaiseInput,
    ) -> Result<Option<ProblemPayload>> {
        ProblemPayload::of(ctx, input).await
    }

    /// Raises the grade of a problem (升级); it never falls. Permission: `problem:update`. I-05.
    async fn problem_upgrade(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, to which grade, and why.")] input: ProblemUpgradeInput,
    ) -> Result<Option<ProblemPayload>> {
        ProblemPayload::of(ctx, input).await
    }

    /// Lets a supervisor share a problem (联合督查): several bodies, one record. Permission: `problem:update`. I-05.
    async fn problem_join(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and the body.")] input: ProblemJoinInput,
    ) -> Result<Option<ProblemPayload>> {
        ProblemPayload::of(ctx, input).await
    }

    /// Records an interview about a serious problem (约谈记录). A person holds it, never a program.
    /// Permission: `problem:update`. I-05.
    async fn problem_interview_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, with whom, and what was said.")] input: ProblemInterviewRecordInput,
    ) -> Result<Option<ProblemPayload>> {
        ProblemPayload::of(ctx, input).await
    }

    /// Closes a problem that was mended (销号). Permission: `problem:close`. I-05.
    async fn problem_resolve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and how it was mended.")] input: ProblemResolveInput,
    ) -> Result<Option<ProblemPayload>> {
        ProblemPayload::of(ctx, input).await
    }

    /// Registers what a citizen brought forward (受理群众事项). Permission: `problem:create`. I-05.
    async fn citizen_matter_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The matter.")] input: CitizenMatterRegisterInput,
    ) -> Result<Option<CitizenMatterPayload>> {
        CitizenMatterPayload::of(ctx, input).await
    }

    /// Brings a citizen's matter to its next state (办理群众事项), with the answer and the citizen's rating.
    /// Permission: `problem:update`. I-05.
    async fn citizen_matter_advance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which matter, and its next state.")] input: CitizenMatterAdvanceInput,
    ) -> Result<Option<CitizenMatterPayload>> {
        CitizenMatterPayload::of(ctx, input).await
    }
}
