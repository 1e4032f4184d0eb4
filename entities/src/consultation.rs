//! A consultation between a city and a county (会商), as one of the two keeps it.

use sea_orm::entity::prelude::*;

use crate::values;

/// A consultation between a city and a county (会商), as one of the two keeps it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title
    pub title: String,
    /// The matter it is about
    pub matter_key: String,
    /// This tenant's version of it when the consultation was opened
    pub matter_id: Option<Uuid>,
    /// What is to be settled
    pub question: String,
    /// State
    pub state: values::ConsultationState,
    /// The other tenant
    pub peer_id: Uuid,
    /// The other tenant's code
    pub peer_code: String,
    /// The other tenant's name
    pub peer_name: String,
    /// Whether this tenant opened it
    pub opened_here: bool,
    /// The user who opened it, where that was here
    pub opened_by: Option<Uuid>,
    /// Name of that user
    pub opened_by_name: String,
    /// When it was opened
    pub opened_at: DateTimeUtc,
    /// What was settled
    pub conclusion: Option<String>,
    /// This tenant's version of the matter in force at the conclusion
    pub concluded_matter_id: Option<Uuid>,
    /// Name of the user who concluded it
    pub concluded_by_name: Option<String>,
    /// When it was concluded
    pub concluded_at: Option<DateTimeUtc>,
    /// Counts changes; the same on both sides
    pub version: i32,
}

tenant_entity!("consultation");
