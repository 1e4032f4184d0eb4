//! A person's standing as a civil servant or staff member (干部).

use sea_orm::entity::prelude::*;

use crate::values;

/// A person's standing as a civil servant or staff member (干部).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cadre")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The person
    pub person_id: Uuid,
    /// The unit served
    pub unit_id: Uuid,
    /// By which rules managed
    pub kind: values::PersonnelKind,
    /// State
    pub state: values::CadreState,
    /// First day of the state
    pub state_since: Date,
    /// Rank
    pub rank: Option<values::CivilServantRank>,
    /// Retirement category
    pub category: values::RetirementCategory,
    /// Birth month recognised in the archive (D-01), partial date
    pub archive_birth: String,
    /// Start of work, partial date
    pub work_started: String,
    /// Months of pension contributions
    pub contribution_months: i32,
    /// Under investigation and not concluded
    pub under_investigation: bool,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("cadre");
