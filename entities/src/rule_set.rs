//! One version of a set of thresholds (规则集).

use sea_orm::entity::prelude::*;

/// One version of a set of thresholds (规则集).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_set")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which set
    pub key: String,
    /// Version number
    pub number: i32,
    /// First day
    pub effective_from: Date,
    /// The thresholds
    pub body: Json,
    /// Who published it
    pub published_by: Option<Uuid>,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("rule_set");
