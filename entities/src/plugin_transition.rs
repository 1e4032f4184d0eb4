//! A move of a case that its plug-in is told of (流转通知).

use sea_orm::entity::prelude::*;

use crate::values;

/// A move of a case that its plug-in is told of (流转通知).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_transition")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case
    pub case_id: Uuid,
    /// The plug-in
    pub plugin_id: Uuid,
    /// The package that the case began with
    pub package_id: Uuid,
    /// The matter's key
    pub matter_key: String,
    /// State before; empty where the case began
    pub from_state: String,
    /// State after
    pub to_state: String,
    /// Who moved it
    pub actor_id: Uuid,
    /// How many plug-ins' effects led here
    pub depth: i32,
    /// State
    pub state: values::PluginCallState,
    /// Tries so far
    pub attempts: i32,
    /// When it is tried next
    pub next_attempt_at: DateTimeUtc,
    /// Why the last try failed
    pub last_error: Option<String>,
    /// Commands that were carried out then
    pub effects: i32,
    /// When the case moved
    pub created_at: DateTimeUtc,
    /// When it last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("plugin_transition");
