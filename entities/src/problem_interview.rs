//! An interview about a problem (约谈记录).

use sea_orm::entity::prelude::*;

/// An interview about a problem (约谈记录).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "problem_interview")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The problem
    pub problem_id: Uuid,
    /// With whom
    pub interviewee_id: Uuid,
    /// By whom
    pub interviewer_id: Uuid,
    /// Day
    pub held_on: Date,
    /// What was said
    pub record: String,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("problem_interview");
