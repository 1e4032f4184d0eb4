//! What is to be asked of an agency's system about an item (外呼任务), once for each item.

use sea_orm::entity::prelude::*;

use crate::values;

/// What is to be asked of an agency's system about an item (外呼任务), once for each item.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connector_job")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The item
    pub case_item_id: Uuid,
    /// The plug-in
    pub plugin_id: Uuid,
    /// The package that the case began with
    pub package_id: Uuid,
    /// The connector
    pub connector: String,
    /// The operation
    pub operation: String,
    /// State
    pub state: values::PluginCallState,
    /// How often it was asked
    pub attempts: i32,
    /// When it is asked next
    pub next_attempt_at: DateTimeUtc,
    /// Why the last attempt failed
    pub last_error: Option<String>,
    /// What was answered, in words
    pub note: Option<String>,
    /// When the item started
    pub created_at: DateTimeUtc,
    /// When it last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("connector_job");
