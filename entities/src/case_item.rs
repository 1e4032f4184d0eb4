//! One agency's part of a case (联办件).

use sea_orm::entity::prelude::*;

use crate::values;

/// One agency's part of a case (联办件).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_item")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case
    pub case_id: Uuid,
    /// The branch of the matter
    pub branch_id: Uuid,
    /// Key of the branch
    pub key: String,
    /// Title
    pub title: String,
    /// The handling unit
    pub handling_unit_id: Uuid,
    /// The case waits for it
    pub is_mandatory: bool,
    /// State
    pub state: values::CaseItemState,
    /// Limit in working days
    pub limit_days: i32,
    /// Day the clock started
    pub started_on: Option<Date>,
    /// Last day
    pub due_on: Option<Date>,
    /// The day from which the timer looks at its clock; none while nobody is to be reminded
    pub remind_on: Option<Date>,
    /// Clock stopped since
    pub paused_on: Option<Date>,
    /// Working days waited for the applicant
    pub paused_days: i32,
    /// Day finished
    pub finished_on: Option<Date>,
    /// Working days taken
    pub worked_days: Option<i32>,
    /// Why returned, or what must be supplied
    pub reason: Option<String>,
    /// Fields and materials asked for
    pub wanted: Json,
    /// Who accepted or finished it
    pub handler_id: Option<Uuid>,
    /// What the agency decided
    pub result: Option<String>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("case_item");
