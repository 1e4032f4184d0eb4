//! A change of the personnel register that a finished case brings (人员变动).

use sea_orm::entity::prelude::*;

use crate::values;

/// A change of the personnel register that a finished case brings (人员变动).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "personnel_effect")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case
    pub case_id: Uuid,
    /// Whom it concerns
    pub cadre_id: Uuid,
    /// What
    pub kind: values::EffectKind,
    /// First day
    pub effective_on: Date,
    /// When it was carried out
    pub applied_at: Option<DateTimeUtc>,
    /// What was there before
    pub detail: Json,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("personnel_effect");
