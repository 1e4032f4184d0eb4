//! A file bound to a task (任务资料).

use sea_orm::entity::prelude::*;

use crate::values;

/// A file bound to a task (任务资料).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_file")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Uuid,
    /// The file
    pub attachment_id: Uuid,
    /// Class of the file
    pub class: String,
    /// How long it is kept
    pub retention: values::FileRetention,
    /// Where another system keeps it
    pub reference: Option<String>,
    /// Who bound it
    pub bound_by: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("task_file");
