//! Draws up a task in an item's tree (任务分解).

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    task, unit,
    values::{TaskAction, TaskCycle, TaskLevel, TaskState, WorkItemState},
    work_item, work_service, work_standard,
};
use policies::{Action, Resource};
use sea_orm::Set;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::hold::{Step, note, refused};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Inner, Tx},
    },
    modules::{
        organisation::catalogue::Unit,
        personnel::commands::checks,
        tasks::{
            catalogue::{Task, WorkItem, WorkService, WorkStandard},
            rules::{
                lamp::{Span, outlook},
                split::{Level, level_under, within},
            },
            settings::{self, Settings},
        },
    },
};

/// A new task (任务节点).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskCreateInput {
    /// The item that it belongs to (事项).
    pub work_item: Id<WorkItem>,
    /// The task above (上级节点), of the same item; none for the topmost level. The level follows from it.
    pub parent: Option<Id<Task>>,
    /// Title (名称), 1 to 200 characters.
    pub title: String,
    /// Yearly, monthly or daily (周期); daily unless given.
    pub cycle: Option<Gql<TaskCycle>>,
    /// The responsible unit (责任单位).
    pub unit: Id<Unit>,
    /// First day (计划开始), not before the parent's.
    pub plan_start: Given<NaiveDate>,
    /// Last day (计划完成), not after the parent's.
    pub plan_end: Given<NaiveDate>,
    /// Where it is done (定位), 1 to 200 characters.
    pub place: Option<String>,
    /// What kind of work it is (定性), 1 to 200 characters.
    pub nature: Option<String>,
    /// How much (定量), 1 to 1,000,000,000.
    pub quantity: Option<i32>,
    /// Unit of the quantity (计量单位), 1 to 20 characters.
    pub measure: Option<String>,
    /// The service it serves (服务).
    pub work_service: Option<Id<WorkService>>,
    /// The standard sub-item (标准子项), which gives difficulty and hours.
    pub work_standard: Option<Id<WorkStandard>>,
    /// Place on the mind map, to the right (横坐标), -100,000 to 100,000; 0 unless given.
    pub map_x: Option<i32>,
    /// Place on the mind map, down (纵坐标), -100,000 to 100,000; 0 unless given.
    pub map_y: Option<i32>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// A task to be written.
pub struct NewTask<'a> {
    /// The item.
    pub item: &'a work_item::Model,
    /// The task above.
    pub parent: Option<&'a task::Model>,
    /// Level.
    pub level: Level,
    /// Title.
    pub title: String,
    /// Responsible unit.
    pub unit: Uuid,
    /// Plan.
    pub span: Span,
    /// Order among its siblings.
    pub position: i32,
}

/// The stored word for a level.
pub fn stored_level(level: Level) -> TaskLevel {
    match level {
        Level::Task => TaskLevel::Task,
        Level::Project => TaskLevel::Project,
        Level::Plan => TaskLevel::Plan,
        Level::Process => TaskLevel::Process,
    }
}

/// The rule's word for a stored level.
pub fn level_of(level: TaskLevel) -> Level {
    match level {
        TaskLevel::Task => Level::Task,
        TaskLevel::Project => Level::Project,
        TaskLevel::Plan => Level::Plan,
        TaskLevel::Process => Level::Process,
    }
}

impl NewTask<'_> {
    /// The row of a task in white light.
    pub fn row(self, tx: &Inner, settings: &Settings) -> task::ActiveModel {
        let id = tx.new_id();
        let outlook = outlook(self.span, 0, settings.lamps);
        let above = self.parent.map_or("/", |p| p.path.as_str());
        task::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            item_id: Set(self.item.id),
            parent_id: Set(self.parent.map(|p| p.id)),
            path: Set(format!("{above}{}/", id.simple())),
            level: Set(stored_level(self.level)),
            cycle: Set(TaskCycle::Daily),
            title: Set(self.title),
            position: Set(self.position),
            map_x: Set(0),
            map_y: Set(0),
            place: Set(None),
            nature: Set(None),
            quantity: Set(None),
            measure: Set(None),
            unit_id: Set(self.unit),
            executor_id: Set(None),
            service_id: Set(None),
            standard_id: Set(None),
            difficulty: Set(100),
            hours: Set(0),
            plan_start: Set(self.span.start),
            plan_end: Set(self.span.end),
            state: Set(TaskState::Draft),
            percent: Set(0),
            started_on: Set(None),
            finished_on: Set(None),
            is_late: Set(false),
            has_error: Set(false),
            error_reason: Set(None),
            red_from: Set(outlook.red_from),
            blue_until: Set(outlook.blue_until),
            done_lamp: Set(None),
            rule_version: Set(settings.version),
            published_by: Set(None),
            published_at: Set(None),
            accepted_by: Set(None),
            accepted_at: Set(None),
            evaluated_by: Set(None),
            evaluated_at: Set(None),
            score: Set(None),
            archived_at: Set(None),
            version: Set(1),
            created_at: Set(tx.now()),
            updated_at: Set(tx.now()),
        }
    }
}

/// Texts and figures of a task that were given, checked.
#[derive(Default)]
pub struct Content {
    /// Where.
    pub place: Option<String>,
    /// What kind.
    pub nature: Option<String>,
    /// Unit of the quantity.
    pub measure: Option<String>,
}

/// Checks what a task may be given with.
pub fn content(
    place: Option<&String>,
    nature: Option<&String>,
    measure: Option<&String>,
    numbers: [(Option<i32>, i32, i32, &str); 3],
    faults: &mut Faults,
) -> Content {
    let mut take =
        |text: Option<&String>, field: &str, most| text.and_then(|t| faults.take(checks::text(t, field, most)));
    let content = Content {
        place: take(place, "input.place", 200),
        nature: take(nature, "input.nature", 200),
        measure: take(measure, "input.measure", 20),
    };
    for (number, least, most, field) in numbers {
        if number.is_some_and(|n| !(least..=most).contains(&n)) {
            let (zh, en) = (format!("应为 {least} 至 {most}"), format!("Takes {least} to {most}."));
            faults.add(UserError::new(Code::InvalidValue, field, zh, en));
        }
    }
    content
}

#[async_trait::async_trait]
impl Command for TaskCreateInput {
    const NAME: &'static str = "taskCreate";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let item = tx.gate_as::<work_item::Entity>(Resource::Task, Action::Create)?.id(self.work_item.uuid());
        let item = item.lock().one().await?;
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let start = self.plan_start.get("input.planStart", &mut faults);
        let end = self.plan_end.get("input.planEnd", &mut faults);
        let numbers = [
            (self.quantity, 1, 1_000_000_000, "input.quantity"),
            (self.map_x, -100_000, 100_000, "input.mapX"),
            (self.map_y, -100_000, 100_000, "input.mapY"),
        ];
        let texts = (self.place.as_ref(), self.nature.as_ref(), self.measure.as_ref());
        let content = content(texts.0, texts.1, texts.2, numbers, &mut faults);
        let unit = tx.parts::<unit::Entity>().id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        let parent = self.parent_of(tx, item.as_ref(), &mut faults).await?;
        let level = faults
            .take(level_under(parent.as_ref().map(|p| level_of(p.level))).map_err(|r| refused(r, "input.parent")));
        let service = match &self.work_service {
            Some(id) => tx.parts::<work_service::Entity>().id(id.uuid()).one().await?.map(Some),
            None => Some(None),
        };
        let standard = match &self.work_standard {
            Some(id) => tx.parts::<work_standard::Entity>().id(id.uuid()).one().await?.map(Some),
            None => Some(None),
        };
        for (found, field) in [
            (item.is_some(), "input.workItem"),
            (service.is_some(), "input.workService"),
            (standard.is_some(), "input.workStandard"),
        ] {
            if !found {
                faults.add(UserError::of(Code::Unknown, field));
            }
        }
        if let (Some(item), Some(start), Some(end)) = (&item, start, end) {
            let outer = parent.as_ref().map_or((item.plan_start, item.plan_end), |p| (p.plan_start, p.plan_end));
            faults.take(within((start, end), outer).map_err(|r| refused(r, "input.planEnd")));
        }
        faults.check()?;
        let (Some(item), Some(title), Some(level), Some(start), Some(end)) = (item, title, level, start, end) else {
            return Err(Code::InternalServerError.into());
        };
        let settings = settings::on(tx, tx.session().today()).await?;
        let siblings =
            tx.parts::<task::Entity>().filter(siblings(item.id, parent.as_ref().map(|p| p.id))).count().await?;
        let new = NewTask {
            item: &item,
            parent: parent.as_ref(),
            level,
            title,
            unit: self.unit.uuid(),
            span: Span { start, end },
            position: i32::try_from(siblings).unwrap_or(i32::MAX),
        };
        let standard = standard.flatten();
        let row = task::ActiveModel {
            cycle: Set(self.cycle.map_or(TaskCycle::Daily, |c| c.0)),
            map_x: Set(self.map_x.unwrap_or(0)),
            map_y: Set(self.map_y.unwrap_or(0)),
            place: Set(content.place),
            nature: Set(content.nature),
            quantity: Set(self.quantity),
            measure: Set(content.measure),
            service_id: Set(service.flatten().map(|s| s.id)),
            difficulty: Set(standard.as_ref().map_or(100, |s| s.difficulty)),
            hours: Set(standard.as_ref().map_or(0, |s| s.hours)),
            standard_id: Set(standard.map(|s| s.id)),
            ..new.row(tx, &settings)
        };
        let task = tx.insert(row).await?;
        let made = Step { action: TaskAction::Create, topic: "task.created", note: None, percent: None };
        note(tx, &task, Some(tx.session().user_id()), &made).await?;
        tx.touched("Task", task.id, json!({ "level": task.level }));
        Ok(task.id)
    }
}

fn siblings(item: Uuid, parent: Option<Uuid>) -> sea_orm::Condition {
    use sea_orm::ColumnTrait;
    let of = sea_orm::Condition::all().add(task::Column::ItemId.eq(item));
    match parent {
        Some(parent) => of.add(task::Column::ParentId.eq(parent)),
        None => of.add(task::Column::ParentId.is_null()),
    }
}

impl TaskCreateInput {
    /// The task above, which must be of the same item and not done.
    async fn parent_of(
        &self,
        tx: &Tx,
        item: Option<&work_item::Model>,
        faults: &mut Faults,
    ) -> Result<Option<task::Model>, Fault> {
        if item.is_some_and(|i| i.state == WorkItemState::Closed) {
            faults.add(UserError::of(Code::NotInState, "input.workItem"));
        }
        let Some(id) = &self.parent else { return Ok(None) };
        let row = tx.parts::<task::Entity>().id(id.uuid()).one().await?;
        let row = row.filter(|t| item.is_some_and(|i| i.id == t.item_id));
        match &row {
            None => faults.add(UserError::of(Code::Unknown, "input.parent")),
            Some(parent) if parent.finished_on.is_some() || parent.state == TaskState::Withdrawn => {
                faults.add(UserError::of(Code::NotInState, "input.parent"));
            }
            Some(_) => {}
        }
        Ok(row)
    }
}
