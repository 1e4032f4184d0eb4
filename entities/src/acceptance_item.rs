//! A line of the checklist of a review (验收指标).

use sea_orm::entity::prelude::*;

/// A line of the checklist of a review (验收指标).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "acceptance_item")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The review
    pub review_id: Uuid,
    /// What is looked at
    pub criterion: String,
    /// The most it can score
    pub full_score: i32,
    /// Whether it must score something for a pass
    pub is_mandatory: bool,
    /// What it scored
    pub score: Option<i32>,
    /// What the reviewer found
    pub comment: Option<String>,
    /// Order
    pub position: i32,
}

tenant_entity!("acceptance_item");
