//! What was done to a problem, in order (督查留痕).

use sea_orm::entity::prelude::*;

use crate::values;

/// What was done to a problem, in order (督查留痕).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "problem_step")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The problem
    pub problem_id: Uuid,
    /// What
    pub action: values::ProblemAction,
    /// Who; none for the platform
    pub actor_id: Option<Uuid>,
    /// Grade then
    pub grade: values::ProblemGrade,
    /// In words
    pub note: Option<String>,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("problem_step");
