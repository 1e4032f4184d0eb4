//! One submission and all that follows (办件).

use sea_orm::entity::prelude::*;

use crate::values;

/// One submission and all that follows (办件).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matter_case")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Case number
    pub number: String,
    /// Ordinary or reversal
    pub kind: values::CaseKind,
    /// The version of the matter it keeps
    pub matter_id: Uuid,
    /// Its start point
    pub approval_id: Uuid,
    /// Whom it concerns
    pub cadre_id: Uuid,
    /// The cadre's unit at submission
    pub unit_id: Uuid,
    /// The user who submitted
    pub applicant_id: Uuid,
    /// The one form
    pub form: Json,
    /// Warnings of a plug-in that it was submitted in spite of, with the reasons
    pub warnings: Json,
    /// State
    pub state: values::CaseState,
    /// Level it is handled at
    pub level: values::TenantLevel,
    /// Division it belongs to
    pub division_code: String,
    /// When submitted
    pub submitted_at: DateTimeUtc,
    /// Civil date of submission
    pub submitted_on: Date,
    /// When finished
    pub finished_at: Option<DateTimeUtc>,
    /// Civil date
    pub finished_on: Option<Date>,
    /// Working days taken, waiting left out
    pub worked_days: Option<i32>,
    /// Why cancelled
    pub cancel_reason: Option<String>,
    /// Steps done on paper
    pub offline_steps: i32,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("matter_case");
