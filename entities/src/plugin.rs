//! A plug-in that a tenant has (插件).

use sea_orm::entity::prelude::*;

use crate::values;

/// A plug-in that a tenant has (插件).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The publisher's division and a short name
    pub key: String,
    /// What its GraphQL names begin with
    pub prefix: String,
    /// Title
    pub title: String,
    /// State
    pub state: values::PluginState,
    /// The package that it is at
    pub package_id: Uuid,
    /// The package before, to go back to
    pub previous_id: Option<Uuid>,
    /// What its component may ask and do
    pub grants: Json,
    /// What the administrator has set for it
    pub config: Json,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When it last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("plugin");
