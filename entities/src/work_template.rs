//! One version of a process as a tree of tasks (流程模板).

use sea_orm::entity::prelude::*;

/// One version of a process as a tree of tasks (流程模板).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_template")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which one
    pub key: String,
    /// Version number
    pub number: i32,
    /// Title
    pub title: String,
    /// The tree
    pub nodes: Json,
    /// Who published it
    pub published_by: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("work_template");
