//! A plate of a unit for an item and a month (三色牌).

use sea_orm::entity::prelude::*;

use crate::values;

/// A plate of a unit for an item and a month (三色牌).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plate")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Month, YYYY-MM
    pub month: String,
    /// Which closing of the month
    pub number: i32,
    /// Whether no later closing replaced it
    pub is_current: bool,
    /// The item
    pub item_id: Uuid,
    /// The unit
    pub unit_id: Uuid,
    /// Colour
    pub colour: values::PlateColour,
    /// Whether it is for another unit's failure
    pub is_joint: bool,
    /// Planned quantity
    pub planned: i32,
    /// Quantity done
    pub done: i32,
    /// When it was hung
    pub created_at: DateTimeUtc,
}

tenant_entity!("plate");
