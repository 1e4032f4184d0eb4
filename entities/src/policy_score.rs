//! How somebody judges a policy (政策评价).

use sea_orm::entity::prelude::*;

/// How somebody judges a policy (政策评价).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_score")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The document
    pub document_id: Uuid,
    /// Whether it is well founded, 0 to 100
    pub scientific: i32,
    /// Whether it is fair and proportionate, 0 to 100
    pub reasonable: i32,
    /// Whether it fits the place, 0 to 100
    pub applicable: i32,
    /// What the scores stand on
    pub basis: String,
    /// Unit of whoever judged
    pub unit_id: Uuid,
    /// Who judged
    pub scored_by: Uuid,
    /// Counts changes
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("policy_score");
