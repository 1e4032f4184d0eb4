//! A request to give anonymised figures away, and what was given (匿名数据集导出).

use sea_orm::entity::prelude::*;

use crate::values;

/// A request to give anonymised figures away, and what was given (匿名数据集导出).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "performance_export")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The year that the figures are of
    pub year: i32,
    /// Who gets them
    pub recipient: String,
    /// What for
    pub purpose: String,
    /// State
    pub state: values::ExportState,
    /// Who asked
    pub requested_by: Uuid,
    /// Who decided
    pub decided_by: Option<Uuid>,
    /// When
    pub decided_at: Option<DateTimeUtc>,
    /// Why it was refused
    pub reason: Option<String>,
    /// The smallest group that is shown
    pub smallest: Option<i32>,
    /// The figures as they were approved
    pub content: Option<Json>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("performance_export");
