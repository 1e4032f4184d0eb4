//! Where work comes from: a clause, an instruction, a project (任务来源).

use sea_orm::entity::prelude::*;

use crate::values;

/// Where work comes from: a clause, an instruction, a project (任务来源).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_source")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is
    pub kind: values::WorkSourceKind,
    /// The year it counts for
    pub year: i32,
    /// Title
    pub title: String,
    /// The words themselves
    pub text: String,
    /// Document it stands in
    pub document: Option<String>,
    /// Place in the document
    pub clause: Option<String>,
    /// How many matters it stands for; more than 1 for a batch of another system
    pub pieces: i32,
    /// The unit that registered it
    pub unit_id: Uuid,
    /// Day it came in
    pub received_on: Date,
    /// Who registered it
    pub registered_by: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("work_source");
