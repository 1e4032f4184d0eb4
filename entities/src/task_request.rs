//! What one unit asks of another (跨部门协作请求).

use sea_orm::entity::prelude::*;

use crate::values;

/// What one unit asks of another (跨部门协作请求).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_request")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Uuid,
    /// Who asks
    pub from_unit_id: Uuid,
    /// Who is asked
    pub unit_id: Uuid,
    /// What is asked
    pub text: String,
    /// Until when
    pub due_on: Date,
    /// State
    pub state: values::RequestState,
    /// The answer
    pub answer: Option<String>,
    /// The user who asks
    pub asked_by: Uuid,
    /// The user who answered
    pub answered_by: Option<Uuid>,
    /// When
    pub answered_at: Option<DateTimeUtc>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("task_request");
