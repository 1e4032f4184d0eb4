//! A value of a form field that an agency gave (共享数据).

use sea_orm::entity::prelude::*;

/// A value of a form field that an agency gave (共享数据).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shared_field")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of whom
    pub cadre_id: Uuid,
    /// Name of the form field
    pub field: String,
    /// Where it came from
    pub source_id: Uuid,
    /// The value
    pub value: Json,
    /// When it was fetched or corrected
    pub fetched_at: DateTimeUtc,
    /// Counts changes
    pub version: i32,
}

tenant_entity!("shared_field");
