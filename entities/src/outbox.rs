//! An event, written with the change it tells of.

use sea_orm::entity::prelude::*;

/// An event, written with the change it tells of.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What happened
    pub topic: String,
    /// GraphQL type
    pub object_type: String,
    /// Which object
    pub object_id: Uuid,
    /// Its version then
    pub object_version: i32,
    /// Thin details
    pub payload: Json,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("outbox");
