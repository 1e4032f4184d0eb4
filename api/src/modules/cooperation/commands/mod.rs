//! What can be done to consultations, task forces and reviews: one use case, one file.

mod acceptance_review_conclude;
mod acceptance_review_open;
mod acceptance_review_score;
mod consultation_conclude;
mod consultation_open;
mod consultation_position_add;
mod members;
mod task_force_create;
mod task_force_dissolve;
mod task_force_member_add;
mod task_force_member_remove;
mod task_force_prolong;

use async_graphql::{Context, Object, Result};
use entities::TenantEntity;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, UserError},
        kin::Kin,
        tx::Tx,
        words::words,
    },
    modules::{
        cooperation::catalogue::{AcceptanceReview, Consultation, TaskForce},
        personnel::rules::refusal::Refusal,
    },
    payload,
};

pub use acceptance_review_conclude::AcceptanceReviewConcludeInput;
pub use acceptance_review_open::{AcceptanceItemInput, AcceptanceReviewOpenInput};
pub use acceptance_review_score::{AcceptanceReviewScoreInput, AcceptanceScoreInput};
pub use consultation_conclude::ConsultationConcludeInput;
pub use consultation_open::ConsultationOpenInput;
pub use consultation_position_add::ConsultationPositionAddInput;
pub use members::TaskForceMemberInput;
pub use task_force_create::TaskForceCreateInput;
pub use task_force_dissolve::TaskForceDissolveInput;
pub use task_force_member_add::TaskForceMemberAddInput;
pub use task_force_member_remove::TaskForceMemberRemoveInput;
pub use task_force_prolong::TaskForceProlongInput;

payload!(
    /// What became of a change to a consultation (会商).
    ConsultationPayload { consultation: Consultation }
);
payload!(
    /// What became of a change to a task force (专班).
    TaskForcePayload { task_force: TaskForce }
);
payload!(
    /// What became of a change to an acceptance review (验收).
    AcceptanceReviewPayload { acceptance_review: AcceptanceReview }
);

/// Changes to consultations, task forces and reviews.
#[derive(Default)]
pub struct CooperationMutations;

/// Changes to consultations, task forces and reviews.
#[Object]
impl CooperationMutations {
    /// Opens a consultation with the tenant directly above or below (发起会商) on a matter of the catalogue; it
    /// is there on both sides at once. Permission: `consultation:create` over the whole tenant. H-01.
    async fn consultation_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom and about what.")] input: ConsultationOpenInput,
    ) -> Result<Option<ConsultationPayload>> {
        ConsultationPayload::of(ctx, input).await
    }

    /// Records this tenant's position in a consultation (提出意见). Permission: `consultation:update` over the
    /// whole tenant. H-01.
    async fn consultation_position_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which consultation, and the position.")] input: ConsultationPositionAddInput,
    ) -> Result<Option<ConsultationPayload>> {
        ConsultationPayload::of(ctx, input).await
    }

    /// Concludes a consultation after both sides were heard (形成结论), bound to the version of the catalogue in
    /// force that day. The tenant above does it. Permission: `consultation:close` over the whole tenant. H-01.
    async fn consultation_conclude(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which consultation, and what was settled.")] input: ConsultationConcludeInput,
    ) -> Result<Option<ConsultationPayload>> {
        ConsultationPayload::of(ctx, input).await
    }

    /// Forms a task force of members from several units (成立专班), each with a role until its last day, never
    /// beyond your own rights. Permission: `task_force:create`. C-13.
    async fn task_force_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task force and its members.")] input: TaskForceCreateInput,
    ) -> Result<Option<TaskForcePayload>> {
        TaskForcePayload::of(ctx, input).await
    }

    /// Adds a member with a role until the task force's last day (增加成员). Permission: `task_force:update`. C-13.
    async fn task_force_member_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task force, and whom.")] input: TaskForceMemberAddInput,
    ) -> Result<Option<TaskForcePayload>> {
        TaskForcePayload::of(ctx, input).await
    }

    /// Lets a member go; the role lent ends at once (成员退出). Permission: `task_force:update`. C-13.
    async fn task_force_member_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task force, and whom.")] input: TaskForceMemberRemoveInput,
    ) -> Result<Option<TaskForcePayload>> {
        TaskForcePayload::of(ctx, input).await
    }

    /// Gives a task force another last day, with the roles lent for it (调整期限). Permission:
    /// `task_force:update`. C-13.
    async fn task_force_prolong(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task force, until when.")] input: TaskForceProlongInput,
    ) -> Result<Option<TaskForcePayload>> {
        TaskForcePayload::of(ctx, input).await
    }

    /// Dissolves a task force (撤销专班): the roles lent for it end in the same transaction, on every replica.
    /// Permission: `task_force:close`. C-13.
    async fn task_force_dissolve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task force, and why.")] input: TaskForceDissolveInput,
    ) -> Result<Option<TaskForcePayload>> {
        TaskForcePayload::of(ctx, input).await
    }

    /// Opens the review of a tenant directly below against a checklist (发起验收).
    /// Permission: `acceptance_review:create` over the whole tenant. H-01.
    async fn acceptance_review_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and the checklist.")] input: AcceptanceReviewOpenInput,
    ) -> Result<Option<AcceptanceReviewPayload>> {
        AcceptanceReviewPayload::of(ctx, input).await
    }

    /// Scores lines of the checklist (评分), again if need be until the conclusion.
    /// Permission: `acceptance_review:update` over the whole tenant. H-01.
    async fn acceptance_review_score(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review, and the scores.")] input: AcceptanceReviewScoreInput,
    ) -> Result<Option<AcceptanceReviewPayload>> {
        AcceptanceReviewPayload::of(ctx, input).await
    }

    /// Concludes a review (作出验收结论): passed or not is the reviewer's decision, and a pass needs the scores.
    /// Permission: `acceptance_review:close` over the whole tenant. H-01.
    async fn acceptance_review_conclude(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review, and the conclusion.")] input: AcceptanceReviewConcludeInput,
    ) -> Result<Option<AcceptanceReviewPayload>> {
        AcceptanceReviewPayload::of(ctx, input).await
    }
}

/// A rule's refusal of a field.
fn refused(refusal: Refusal, code: Code, field: &str) -> UserError {
    UserError::new(code, field, refusal.zh, refusal.en)
}

/// The refusal when the object has another version than the one that was read.
fn expect_version(expected: i32, actual: i32) -> std::result::Result<(), UserError> {
    if expected == actual { Ok(()) } else { Err(UserError::of(Code::VersionMismatch, "input.expectedVersion")) }
}

/// Locks the copies of both sides, the smaller tenant's first, so that two sides at once do not lock each other out.
async fn lock_both<E: TenantEntity>(tx: &Tx, kin: &Kin<'_>, id: Uuid) -> std::result::Result<(), ApiError> {
    if tx.tenant_id() < kin.id() {
        tx.parts::<E>().id(id).lock().required().await?;
        kin.one::<E>(|rows| rows.id(id).lock()).await?;
    } else {
        kin.one::<E>(|rows| rows.id(id).lock()).await?;
        tx.parts::<E>().id(id).lock().required().await?;
    }
    Ok(())
}

/// The refusal when the other tenant is not served any more or has moved elsewhere in the tree.
fn peer_gone() -> UserError {
    UserError::new(
        Code::NotInState,
        "input.id",
        "对方租户已停用或不再与本租户相邻",
        "The other tenant is not served any more or is no neighbour any more.",
    )
}
