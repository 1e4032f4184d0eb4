//! A word of the trade and what it means (用语释义).

use sea_orm::entity::prelude::*;

/// A word of the trade and what it means (用语释义).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "glossary_term")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The word
    pub term: String,
    /// What it means
    pub definition: String,
    /// The document that says so
    pub document_id: Option<Uuid>,
    /// Who wrote it last
    pub written_by: Uuid,
    /// Counts changes
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("glossary_term");
