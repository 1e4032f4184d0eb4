//! One version of a standard sub-item: type, difficulty, hours (标准任务子项).

use sea_orm::entity::prelude::*;

/// One version of a standard sub-item: type, difficulty, hours (标准任务子项).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_standard")]
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
    /// Difficulty in percent of the ordinary
    pub difficulty: i32,
    /// Hours it takes
    pub hours: i32,
    /// Who published it
    pub published_by: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("work_standard");
