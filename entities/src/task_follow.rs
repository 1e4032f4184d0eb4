//! Who follows a task (关注).

use sea_orm::entity::prelude::*;

/// Who follows a task (关注).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_follow")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Uuid,
    /// Who
    pub user_id: Uuid,
    /// Kept on top of his list
    pub is_top: bool,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("task_follow");
