//! A task force of people from several units for a time (专班).

use sea_orm::entity::prelude::*;

use crate::values;

/// A task force of people from several units for a time (专班).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_force")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title
    pub title: String,
    /// What it is for
    pub purpose: String,
    /// The unit that leads it
    pub unit_id: Uuid,
    /// First day
    pub valid_from: Date,
    /// Last day
    pub valid_until: Date,
    /// State
    pub state: values::TaskForceState,
    /// The user who formed it
    pub created_by: Uuid,
    /// The user who dissolved it
    pub dissolved_by: Option<Uuid>,
    /// When it was dissolved
    pub dissolved_at: Option<DateTimeUtc>,
    /// Why it was dissolved
    pub dissolve_reason: Option<String>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("task_force");
