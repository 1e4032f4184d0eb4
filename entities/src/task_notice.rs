//! A message to a person or a unit about work (提醒).

use sea_orm::entity::prelude::*;

use crate::values;

/// A message to a person or a unit about work (提醒).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_notice")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Option<Uuid>,
    /// The problem
    pub problem_id: Option<Uuid>,
    /// To whom
    pub receiver_id: Option<Uuid>,
    /// To which unit, if to no one in particular
    pub unit_id: Option<Uuid>,
    /// What it is about
    pub kind: values::NoticeKind,
    /// How urgent
    pub level: values::NoticeLevel,
    /// In words
    pub text: String,
    /// Who; none for the platform
    pub sender_id: Option<Uuid>,
    /// What it says only once
    pub key: String,
    /// When it arrived
    pub created_at: DateTimeUtc,
    /// When it was read
    pub read_at: Option<DateTimeUtc>,
    /// Who read it
    pub read_by: Option<Uuid>,
}

tenant_entity!("task_notice");
