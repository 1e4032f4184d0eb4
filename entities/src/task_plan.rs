//! What a task has to reach in a year, month or week (周期计划).

use sea_orm::entity::prelude::*;

use crate::values;

/// What a task has to reach in a year, month or week (周期计划).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_plan")]
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
    /// The responsible unit
    pub unit_id: Uuid,
    /// Year, month or week
    pub period: values::PlanPeriod,
    /// First day of the period
    pub starts_on: Date,
    /// Planned quantity
    pub planned: i32,
    /// Quantity done
    pub done: i32,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("task_plan");
