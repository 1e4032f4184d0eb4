//! A set of plug-ins that a tenant was, is or is to be served with (插件代次).

use sea_orm::entity::prelude::*;

use crate::values;

/// A set of plug-ins that a tenant was, is or is to be served with (插件代次).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_epoch")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Counts the epochs that came to work; none before that
    pub number: Option<i32>,
    /// State
    pub state: values::PluginEpochState,
    /// The plug-in that is changed
    pub plugin_id: Uuid,
    /// What is done to it
    pub action: values::PluginEpochAction,
    /// The packages of the set: row and digest of each
    pub packages: Json,
    /// The columns of its indexed fields: core type, field, column
    pub slots: Json,
    /// The process that makes the change
    pub replica_id: Uuid,
    /// When the preparation began
    pub created_at: DateTimeUtc,
    /// When it came to work
    pub activated_at: Option<DateTimeUtc>,
}

tenant_entity!("plugin_epoch");
