//! Who answers for a task (责任人).

use sea_orm::entity::prelude::*;

use crate::values;

/// Who answers for a task (责任人).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_duty")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Uuid,
    /// Kind of responsibility
    pub kind: values::TaskDutyKind,
    /// Who
    pub user_id: Uuid,
    /// His unit then
    pub unit_id: Uuid,
    /// First day
    pub started_on: Date,
    /// Day it passed to somebody else
    pub ended_on: Option<Date>,
    /// Progress found at the start
    pub inherited_percent: i32,
    /// Progress left at the end
    pub left_percent: Option<i32>,
    /// Whether the post fits the task's level, of whoever leads it
    pub is_level_matched: Option<bool>,
}

tenant_entity!("task_duty");
