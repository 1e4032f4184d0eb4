//! What was done to a task, in order (办理留痕).

use sea_orm::entity::prelude::*;

use crate::values;

/// What was done to a task, in order (办理留痕).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_step")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Uuid,
    /// Its item
    pub item_id: Uuid,
    /// What
    pub action: values::TaskAction,
    /// Who; none for the platform
    pub actor_id: Option<Uuid>,
    /// In words
    pub note: Option<String>,
    /// Progress then
    pub percent: Option<i32>,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("task_step");
