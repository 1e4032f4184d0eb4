//! A member of a task force with the role lent for it (专班成员).

use sea_orm::entity::prelude::*;

/// A member of a task force with the role lent for it (专班成员).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_force_member")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task force
    pub task_force_id: Uuid,
    /// The user
    pub user_id: Uuid,
    /// The unit the member comes from
    pub unit_id: Uuid,
    /// What the member does in it
    pub duty: String,
    /// The role lent to the member
    pub assignment_id: Uuid,
    /// First day
    pub joined_on: Date,
    /// When the member left
    pub left_at: Option<DateTimeUtc>,
}

tenant_entity!("task_force_member");
