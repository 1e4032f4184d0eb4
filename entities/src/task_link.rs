//! One task comes after another (前后置关系).

use sea_orm::entity::prelude::*;

/// One task comes after another (前后置关系).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_link")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The later
    pub task_id: Uuid,
    /// The earlier
    pub after_id: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("task_link");
