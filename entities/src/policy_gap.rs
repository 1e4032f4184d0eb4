//! A policy that is missing (政策缺口).

use sea_orm::entity::prelude::*;

use crate::values;

/// A policy that is missing (政策缺口).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_gap")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title
    pub title: String,
    /// What is missing
    pub text: String,
    /// What is proposed
    pub proposal: Option<String>,
    /// Field of work
    pub field: Option<String>,
    /// The unit that needs it
    pub unit_id: Uuid,
    /// State
    pub state: values::PolicyGapState,
    /// The document that answers it
    pub document_id: Option<Uuid>,
    /// How it answers it
    pub answer: Option<String>,
    /// Who opened it
    pub opened_by: Uuid,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("policy_gap");
