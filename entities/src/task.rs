//! A node of an item's tree (任务节点).

use sea_orm::entity::prelude::*;

use crate::values;

/// A node of an item's tree (任务节点).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The item
    pub item_id: Uuid,
    /// The node above
    pub parent_id: Option<Uuid>,
    /// Ids from the top, for the tree
    pub path: String,
    /// Level in the tree
    pub level: values::TaskLevel,
    /// Yearly, monthly or daily
    pub cycle: values::TaskCycle,
    /// Title
    pub title: String,
    /// Order among its siblings
    pub position: i32,
    /// Place on the mind map
    pub map_x: i32,
    /// Place on the mind map
    pub map_y: i32,
    /// Where it is done
    pub place: Option<String>,
    /// What kind of work it is
    pub nature: Option<String>,
    /// How much
    pub quantity: Option<i32>,
    /// Unit of the quantity
    pub measure: Option<String>,
    /// The responsible unit
    pub unit_id: Uuid,
    /// Who carries it out now, as his duty says
    pub executor_id: Option<Uuid>,
    /// The service it serves
    pub service_id: Option<Uuid>,
    /// The standard sub-item
    pub standard_id: Option<Uuid>,
    /// Difficulty in percent of the ordinary
    pub difficulty: i32,
    /// Hours it takes
    pub hours: i32,
    /// First day
    pub plan_start: Date,
    /// Last day
    pub plan_end: Date,
    /// State in the loop
    pub state: values::TaskState,
    /// Progress in percent
    pub percent: i32,
    /// Day it was begun
    pub started_on: Option<Date>,
    /// Day it was done
    pub finished_on: Option<Date>,
    /// Done after its last day
    pub is_late: bool,
    /// An error is open
    pub has_error: bool,
    /// What is wrong
    pub error_reason: Option<String>,
    /// First day of the red lamp if nothing changes
    pub red_from: Date,
    /// Last day of the blue lamp if nothing changes
    pub blue_until: Option<Date>,
    /// The lamp it keeps
    pub done_lamp: Option<values::TaskLamp>,
    /// Version of the thresholds; 0 the built-in
    pub rule_version: i32,
    /// Who published it
    pub published_by: Option<Uuid>,
    /// When it was published
    pub published_at: Option<DateTimeUtc>,
    /// Who accepted it
    pub accepted_by: Option<Uuid>,
    /// When it was accepted
    pub accepted_at: Option<DateTimeUtc>,
    /// Who evaluated it
    pub evaluated_by: Option<Uuid>,
    /// When it was evaluated
    pub evaluated_at: Option<DateTimeUtc>,
    /// Evaluation
    pub score: Option<i32>,
    /// When it was archived
    pub archived_at: Option<DateTimeUtc>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("task");
