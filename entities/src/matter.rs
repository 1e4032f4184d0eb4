//! One version of a matter of the catalogue (事项).

use sea_orm::entity::prelude::*;

use crate::values;

/// One version of a matter of the catalogue (事项).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matter")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Stable key
    pub key: String,
    /// Version number of this matter
    pub number: i32,
    /// Title
    pub title: String,
    /// Group
    pub group: values::MatterGroup,
    /// State
    pub state: values::MatterState,
    /// JSON Schema 2020-12 of the one form
    pub form_schema: Json,
    /// Limit in working days (H-04)
    pub limit_days: i32,
    /// Days it took before
    pub baseline_days: i32,
    /// Steps it took before
    pub baseline_steps: i32,
    /// Visits required
    pub visits: i32,
    /// First day of this version
    pub effective_from: Date,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("matter");
