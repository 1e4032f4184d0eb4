//! What flows into a field of work in a year (领域资源投入).

use sea_orm::entity::prelude::*;

/// What flows into a field of work in a year (领域资源投入).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_resource")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Field of work, as items name it
    pub field: String,
    /// Year
    pub year: i32,
    /// Amount in fen
    pub amount: i64,
    /// Where the figure stands
    pub basis: String,
    /// Who registered it last
    pub registered_by: Uuid,
    /// Counts changes
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("work_resource");
