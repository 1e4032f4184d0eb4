//! A material of a matter, before or now (材料).

use sea_orm::entity::prelude::*;

use crate::values;

/// A material of a matter, before or now (材料).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matter_material")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The matter
    pub matter_id: Uuid,
    /// Stable key
    pub key: String,
    /// Title
    pub title: String,
    /// Before or now
    pub phase: values::MaterialPhase,
    /// Must be given at submission
    pub is_mandatory: bool,
    /// Accepted media types
    pub media_types: Json,
    /// Largest size
    pub max_bytes: i64,
    /// Order
    pub position: i32,
}

tenant_entity!("matter_material");
