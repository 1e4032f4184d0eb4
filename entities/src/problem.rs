//! A problem found in work (问题).

use sea_orm::entity::prelude::*;

use crate::values;

/// A problem found in work (问题).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "problem")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The task
    pub task_id: Option<Uuid>,
    /// The matter of a citizen
    pub citizen_matter_id: Option<Uuid>,
    /// The unit that has to mend it
    pub unit_id: Uuid,
    /// Cause
    pub cause: values::ProblemCause,
    /// In words
    pub text: String,
    /// What makes two reports the same problem
    pub key: String,
    /// Grade
    pub grade: values::ProblemGrade,
    /// Day it came to this grade
    pub grade_since: Date,
    /// Day it was raised
    pub raised_on: Date,
    /// State
    pub state: values::ProblemState,
    /// What policy is missing
    pub policy_gap: Option<String>,
    /// What is proposed
    pub proposal: Option<String>,
    /// How it was mended
    pub resolution: Option<String>,
    /// Who closed it
    pub resolved_by: Option<Uuid>,
    /// When
    pub resolved_at: Option<DateTimeUtc>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("problem");
