//! That a whole case's clock has come to a threshold and its people were told (整件提醒), once for each threshold.

use sea_orm::entity::prelude::*;

use crate::values;

/// That a whole case's clock has come to a threshold (整件提醒).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_reminder")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case
    pub case_id: Uuid,
    /// The lamp it had come to
    pub threshold: values::ClockLamp,
    /// When
    pub created_at: DateTimeUtc,
}

tenant_entity!("case_reminder");
