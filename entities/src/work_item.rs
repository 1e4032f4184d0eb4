//! An item of work (事项).

use sea_orm::entity::prelude::*;

use crate::values;

/// An item of work (事项).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_item")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title
    pub title: String,
    /// Where it comes from
    pub source_id: Option<Uuid>,
    /// Construction or indicator
    pub kind: values::WorkItemKind,
    /// Class
    pub class: values::WorkItemClass,
    /// Field of work
    pub field: String,
    /// The indicator it serves
    pub indicator: Option<String>,
    /// The unit that leads it
    pub unit_id: Uuid,
    /// Year
    pub year: i32,
    /// First day
    pub plan_start: Date,
    /// Last day
    pub plan_end: Date,
    /// State
    pub state: values::WorkItemState,
    /// The version of the template it was made from
    pub template_id: Option<Uuid>,
    /// Overall evaluation
    pub score: Option<i32>,
    /// Overall evaluation in words
    pub evaluation: Option<String>,
    /// Who closed it
    pub closed_by: Option<Uuid>,
    /// When it was closed
    pub closed_at: Option<DateTimeUtc>,
    /// Who opened it
    pub created_by: Uuid,
    /// How many events its followers were told of
    pub events: i32,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("work_item");
