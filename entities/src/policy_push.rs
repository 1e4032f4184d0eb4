//! A policy brought to those who need it (政策推送).

use sea_orm::entity::prelude::*;

/// A policy brought to those who need it (政策推送).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_push")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The document
    pub document_id: Uuid,
    /// The item it is for
    pub item_id: Option<Uuid>,
    /// The unit that gets it
    pub unit_id: Uuid,
    /// What it is for
    pub note: Option<String>,
    /// What is pushed only once
    pub key: String,
    /// Who pushed it
    pub pushed_by: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When it was confirmed
    pub read_at: Option<DateTimeUtc>,
    /// Who confirmed it
    pub read_by: Option<Uuid>,
}

tenant_entity!("policy_push");
