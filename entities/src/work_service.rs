//! A service that tasks serve (服务).

use sea_orm::entity::prelude::*;

/// A service that tasks serve (服务).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_service")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title
    pub title: String,
    /// The unit that offers it
    pub unit_id: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("work_service");
