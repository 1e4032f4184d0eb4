//! What can be done to people and cadres: one use case, one file.

mod cadre_create;
mod cadre_investigation_set;
mod cadre_probation_conclude;
mod cadre_update;
pub mod checks;
mod person_create;
mod person_update;

use async_graphql::{Context, Object, Result};

use crate::{
    modules::personnel::catalogue::{Cadre, Person},
    payload,
};

pub use cadre_create::CadreCreateInput;
pub use cadre_investigation_set::CadreInvestigationSetInput;
pub use cadre_probation_conclude::CadreProbationConcludeInput;
pub use cadre_update::CadreUpdateInput;
pub use person_create::PersonCreateInput;
pub use person_update::PersonUpdateInput;

payload!(
    /// What became of a change to a person (人员).
    PersonPayload { person: Person }
);
payload!(
    /// What became of a change to a cadre (干部).
    CadrePayload { cadre: Cadre }
);

/// Changes to people and cadres.
#[derive(Default)]
pub struct PersonnelMutations;

/// Changes to people and cadres.
#[Object]
impl PersonnelMutations {
    /// Records a person (登记人员), J-02, J-04, J-07; all faults of the input are listed at once.
    /// Permission: `person:create`.
    async fn person_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new person.")] input: PersonCreateInput,
    ) -> Result<Option<PersonPayload>> {
        PersonPayload::of(ctx, input).await
    }

    /// Changes what is recorded of a person (修改人员信息). Permission: `person:update`.
    async fn person_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: PersonUpdateInput,
    ) -> Result<Option<PersonPayload>> {
        PersonPayload::of(ctx, input).await
    }

    /// Records that a person serves as a cadre, with the main post (登记干部). Permission: `cadre:create`.
    async fn cadre_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new cadre.")] input: CadreCreateInput,
    ) -> Result<Option<CadrePayload>> {
        CadrePayload::of(ctx, input).await
    }

    /// Changes a cadre's unit, kind, rank, retirement category or dates (修改干部信息).
    /// Permission: `cadre:update`.
    async fn cadre_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: CadreUpdateInput,
    ) -> Result<Option<CadrePayload>> {
        CadrePayload::of(ctx, input).await
    }

    /// Notes that an investigation is pending or concluded (设置审查调查标记), D-06; while it is pending no
    /// retirement is handled. Permission: `cadre_discipline:update`.
    async fn cadre_investigation_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cadre, and why.")] input: CadreInvestigationSetInput,
    ) -> Result<Option<CadrePayload>> {
        CadrePayload::of(ctx, input).await
    }

    /// Ends a probation (试用期满处理): the person is appointed after a year, or the recruitment is cancelled, for which
    /// somebody with authority decides. Permission: `approval:create`. H-05.
    async fn cadre_probation_conclude(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cadre, and what was decided.")] input: CadreProbationConcludeInput,
    ) -> Result<Option<CadrePayload>> {
        CadrePayload::of(ctx, input).await
    }
}
