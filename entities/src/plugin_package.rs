//! One version of a plug-in's files (插件包).

use sea_orm::entity::prelude::*;

/// One version of a plug-in's files (插件包).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_package")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The plug-in
    pub plugin_id: Uuid,
    /// Three numbers
    pub release: String,
    /// SHA-256 of the files
    pub digest: String,
    /// Texts by their paths
    pub files: Json,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("plugin_package");
