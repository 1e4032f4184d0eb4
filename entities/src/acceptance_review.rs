//! A review of a lower tenant by an upper one (验收), as one of the two keeps it.

use sea_orm::entity::prelude::*;

use crate::values;

/// A review of a lower tenant by an upper one (验收), as one of the two keeps it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "acceptance_review")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title
    pub title: String,
    /// State
    pub state: values::ReviewState,
    /// Whether this tenant reviews
    pub is_reviewer: bool,
    /// The other tenant
    pub peer_id: Uuid,
    /// The other tenant's code
    pub peer_code: String,
    /// The other tenant's name
    pub peer_name: String,
    /// What must be reached to pass
    pub pass_score: i32,
    /// Whether it was passed, as a named person decided
    pub passed: Option<bool>,
    /// The conclusion in words
    pub comments: Option<String>,
    /// The user who opened it, where that was here
    pub opened_by: Option<Uuid>,
    /// Name of that user
    pub opened_by_name: String,
    /// When it was opened
    pub opened_at: DateTimeUtc,
    /// Name of the user who concluded it
    pub concluded_by_name: Option<String>,
    /// When it was concluded
    pub concluded_at: Option<DateTimeUtc>,
    /// Counts changes; the same on both sides
    pub version: i32,
}

tenant_entity!("acceptance_review");
