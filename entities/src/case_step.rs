//! What was done to a case, in order (办理过程).

use sea_orm::entity::prelude::*;

use crate::values;

/// What was done to a case, in order (办理过程).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_step")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case
    pub case_id: Uuid,
    /// The item, if one
    pub case_item_id: Option<Uuid>,
    /// What
    pub action: values::CaseAction,
    /// Who; none for the platform
    pub actor_id: Option<Uuid>,
    /// In words
    pub note: Option<String>,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("case_step");
