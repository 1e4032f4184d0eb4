//! Which package of a plug-in a version of a matter came with (事项版本出处).

use sea_orm::entity::prelude::*;

/// Which package of a plug-in a version of a matter came with (事项版本出处).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_matter")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The version of the matter
    pub matter_id: Uuid,
    /// The package
    pub package_id: Uuid,
}

tenant_entity!("plugin_matter");
