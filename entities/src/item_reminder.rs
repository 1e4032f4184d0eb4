//! That an agency was reminded of an item's clock (时限提醒), once for each threshold.

use sea_orm::entity::prelude::*;

use crate::values;

/// That an agency was reminded of an item's clock (时限提醒).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_reminder")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The item
    pub case_item_id: Uuid,
    /// The lamp it had come to
    pub threshold: values::ClockLamp,
    /// When
    pub created_at: DateTimeUtc,
}

tenant_entity!("item_reminder");
