//! Which typed column of `custom_field` an indexed field has (索引列).

use sea_orm::entity::prelude::*;

/// Which typed column of `custom_field` an indexed field has (索引列).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_slot")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The core type
    pub target: String,
    /// The field with its prefix
    pub field: String,
    /// The column
    pub slot: String,
}

tenant_entity!("plugin_slot");
