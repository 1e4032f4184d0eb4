//! A plug-in's connection to an agency's system, as the tenant's administrator set it (插件连接器).

use sea_orm::entity::prelude::*;

use crate::values;

/// A plug-in's connection to an agency's system, as the tenant's administrator set it (插件连接器).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_connector")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The plug-in
    pub plugin_id: Uuid,
    /// Its name within the plug-in
    pub name: String,
    /// Title
    pub title: String,
    /// Origin of the system
    pub address: String,
    /// The secret, sealed under a key of the installation; nothing reads it out
    pub sealed: String,
    /// The service account that what the system answers is recorded by
    pub actor_id: Uuid,
    /// State
    pub state: values::PeerState,
    /// Failures since it last answered
    pub failures: i32,
    /// Until then it is left alone
    pub rests_until: Option<DateTimeUtc>,
    /// Who set it last
    pub set_by: Uuid,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When it last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("plugin_connector");
