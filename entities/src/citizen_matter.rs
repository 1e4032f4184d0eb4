//! What a citizen brought forward (群众反映事项).

use sea_orm::entity::prelude::*;

use crate::values;

/// What a citizen brought forward (群众反映事项).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "citizen_matter")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number
    pub number: String,
    /// Title
    pub title: String,
    /// In words
    pub text: String,
    /// The unit in charge
    pub unit_id: Uuid,
    /// The task it belongs to
    pub task_id: Option<Uuid>,
    /// State
    pub state: values::CitizenMatterState,
    /// Day it came in
    pub received_on: Date,
    /// Last day
    pub due_on: Date,
    /// Day it was settled
    pub finished_on: Option<Date>,
    /// The answer
    pub answer: Option<String>,
    /// The citizen's rating, 1 to 5
    pub rating: Option<i32>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("citizen_matter");
