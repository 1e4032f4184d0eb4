//! A dispute about a value that an agency gave (数据异议).

use sea_orm::entity::prelude::*;

use crate::values;

/// A dispute about a value that an agency gave (数据异议).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "field_dispute")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The value
    pub shared_field_id: Uuid,
    /// What is said to be right
    pub claimed: Json,
    /// Why
    pub reason: String,
    /// State
    pub state: values::DisputeState,
    /// What the agency answered
    pub answer: Option<String>,
    /// The user who opened it
    pub opened_by: Uuid,
    /// When it was opened
    pub opened_at: DateTimeUtc,
    /// The user who answered
    pub answered_by: Option<Uuid>,
    /// When it was answered
    pub answered_at: Option<DateTimeUtc>,
}

tenant_entity!("field_dispute");
