//! A material of a case.

use sea_orm::entity::prelude::*;

/// A material of a case.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_material")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case
    pub case_id: Uuid,
    /// Which material
    pub key: String,
    /// The file
    pub attachment_id: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("case_material");
