//! Which item needs which material.

use sea_orm::entity::prelude::*;

/// Which item needs which material.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_item_material")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The item
    pub case_item_id: Uuid,
    /// The material
    pub case_material_id: Uuid,
}

tenant_entity!("case_item_material");
