//! What can be done to units and party organisations: one use case, one file.

mod party_organisation_create;
mod party_organisation_update;
mod unit_close;
mod unit_create;
mod unit_move;
mod unit_update;

use async_graphql::{Context, Object, Result};
use uuid::Uuid;

use crate::{
    kernel::error::{Code, UserError},
    modules::organisation::catalogue::{PartyOrganisation, Unit},
    payload,
};

pub use party_organisation_create::PartyOrganisationCreateInput;
pub use party_organisation_update::PartyOrganisationUpdateInput;
pub use unit_close::UnitCloseInput;
pub use unit_create::UnitCreateInput;
pub use unit_move::UnitMoveInput;
pub use unit_update::UnitUpdateInput;

payload!(
    /// What became of a change to a unit (机构).
    UnitPayload { unit: Unit }
);
payload!(
    /// What became of a change to a party organisation (党组织).
    PartyOrganisationPayload { party_organisation: PartyOrganisation }
);

/// Changes to units and party organisations.
#[derive(Default)]
pub struct OrganisationMutations;

/// Changes to units and party organisations.
#[Object]
impl OrganisationMutations {
    /// Sets a unit up below another (设立机构). Permission: `unit:create`.
    async fn unit_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new unit.")] input: UnitCreateInput,
    ) -> Result<Option<UnitPayload>> {
        UnitPayload::of(ctx, input).await
    }

    /// Changes a unit's names, sequence, kind or order (修改机构). Permission: `unit:update`.
    async fn unit_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UnitUpdateInput,
    ) -> Result<Option<UnitPayload>> {
        UnitPayload::of(ctx, input).await
    }

    /// Moves a unit with all below it to another parent (调整隶属关系); every administrator's scope follows
    /// in the same transaction. Permission: `unit:move`.
    async fn unit_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which unit, where to.")] input: UnitMoveInput,
    ) -> Result<Option<UnitPayload>> {
        UnitPayload::of(ctx, input).await
    }

    /// Ends a unit that has neither units nor serving cadres (撤销机构). Permission: `unit:close`.
    async fn unit_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which unit, from when.")] input: UnitCloseInput,
    ) -> Result<Option<UnitPayload>> {
        UnitPayload::of(ctx, input).await
    }

    /// Sets a party organisation up (成立党组织). Permission: `party_organisation:create`.
    async fn party_organisation_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organisation.")] input: PartyOrganisationCreateInput,
    ) -> Result<Option<PartyOrganisationPayload>> {
        PartyOrganisationPayload::of(ctx, input).await
    }

    /// Changes a party organisation (修改党组织). Permission: `party_organisation:update`.
    async fn party_organisation_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: PartyOrganisationUpdateInput,
    ) -> Result<Option<PartyOrganisationPayload>> {
        PartyOrganisationPayload::of(ctx, input).await
    }
}

/// A path segment for a new row: the random tail of its id, fixed in length so that paths sort and compare.
pub(crate) fn segment(id: Uuid) -> String {
    let digits = id.simple().to_string();
    format!("{}/", &digits[20..])
}

/// The refusal when somebody else's change came first.
pub(crate) fn version_mismatch() -> UserError {
    UserError::of(Code::VersionMismatch, "input.expectedVersion")
}

/// The refusal of a name that is empty or too long.
pub(crate) fn name(text: &str, field: &str) -> std::result::Result<String, UserError> {
    let name = text.trim();
    if (1..=200).contains(&name.chars().count()) {
        return Ok(name.to_string());
    }
    Err(UserError::new(Code::InvalidValue, field, "应为 1 至 200 个字符", "Takes 1 to 200 characters."))
}
