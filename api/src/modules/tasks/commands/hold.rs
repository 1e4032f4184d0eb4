//! What the commands of tasks share: the item's row as the lock, the step, the version and the event.

use entities::{
    task, task_duty, task_step,
    values::{TaskAction, TaskDutyKind, TaskLamp, TaskState, WorkItemState},
    work_item,
};
use policies::Action;
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, UserError},
        id::{ObjectType, publish},
        rows::Changes,
        tx::{Inner, Tx, plus_one},
    },
    modules::{
        organisation::commands::version_mismatch,
        personnel::rules::refusal::Refusal,
        tasks::{
            catalogue::{Task, WorkItem},
            rules::{
                course::State,
                lamp::{Lamp, Span, outlook},
            },
            settings::Settings,
        },
    },
};

/// A task with its item. The item's row is locked first, so that everything that happens in one tree has one order.
pub struct Held {
    /// The item.
    pub item: work_item::Model,
    /// The task, as it is under the lock.
    pub task: task::Model,
}

/// Loads a task through the gate and locks its item.
pub async fn hold(tx: &Tx, action: Action, id: Uuid, expected_version: Option<i32>) -> Result<Held, Fault> {
    let seen = tx.gate::<task::Entity>(action)?.id(id).required().await?;
    let item = tx.parts::<work_item::Entity>().id(seen.item_id).lock().required().await?;
    let task = tx.parts::<task::Entity>().id(id).required().await?;
    if expected_version.is_some_and(|expected| expected != task.version) {
        return Err(version_mismatch().into());
    }
    if item.state == WorkItemState::Closed {
        return Err(UserError::new(Code::NotInState, "input.id", "事项已办结", "The item is closed.").into());
    }
    Ok(Held { item, task })
}

/// A rule's refusal of a field.
pub fn refused(refusal: Refusal, field: &str) -> UserError {
    let code = Code::ALL.iter().find(|code| code.as_str() == refusal.code).copied().unwrap_or(Code::InvalidValue);
    UserError::new(code, field, refusal.zh, refusal.en)
}

/// The rule's word for a stored state.
pub fn state_of(state: TaskState) -> State {
    match state {
        TaskState::Draft => State::Draft,
        TaskState::Published => State::Published,
        TaskState::Accepted => State::Accepted,
        TaskState::UnderWay => State::UnderWay,
        TaskState::Reported => State::Reported,
        TaskState::Evaluated => State::Evaluated,
        TaskState::Withdrawn => State::Withdrawn,
    }
}

/// The stored word for a rule's state.
pub fn stored(state: State) -> TaskState {
    match state {
        State::Draft => TaskState::Draft,
        State::Published => TaskState::Published,
        State::Accepted => TaskState::Accepted,
        State::UnderWay => TaskState::UnderWay,
        State::Reported => TaskState::Reported,
        State::Evaluated => TaskState::Evaluated,
        State::Withdrawn => TaskState::Withdrawn,
    }
}

/// The rule's word for a stored lamp.
pub fn lamp_of(lamp: TaskLamp) -> Lamp {
    match lamp {
        TaskLamp::White => Lamp::White,
        TaskLamp::Blue => Lamp::Blue,
        TaskLamp::Green => Lamp::Green,
        TaskLamp::Yellow => Lamp::Yellow,
        TaskLamp::Red => Lamp::Red,
    }
}

/// The stored word for a rule's lamp.
pub fn stored_lamp(lamp: Lamp) -> TaskLamp {
    match lamp {
        Lamp::White => TaskLamp::White,
        Lamp::Blue => TaskLamp::Blue,
        Lamp::Green => TaskLamp::Green,
        Lamp::Yellow => TaskLamp::Yellow,
        Lamp::Red => TaskLamp::Red,
    }
}

/// The plan of a task.
pub fn span(task: &task::Model) -> Span {
    Span { start: task.plan_start, end: task.plan_end }
}

/// Sets a progress with the two days that its lamp follows from.
pub fn with_percent<'t>(
    changes: Changes<'t, task::Entity>,
    span: Span,
    percent: i32,
    settings: &Settings,
) -> Changes<'t, task::Entity> {
    let outlook = outlook(span, percent, settings.lamps);
    changes
        .set(task::Column::Percent, Expr::value(percent))
        .set(task::Column::RedFrom, Expr::value(outlook.red_from))
        .set(task::Column::BlueUntil, Expr::value(outlook.blue_until))
        .set(task::Column::RuleVersion, Expr::value(settings.version))
}

/// What is done to a task.
pub struct Step<'a> {
    /// What.
    pub action: TaskAction,
    /// Name of the event.
    pub topic: &'a str,
    /// In words.
    pub note: Option<&'a str>,
    /// Progress then.
    pub percent: Option<i32>,
}

/// Tells those who follow an item what happened to it or to a task of it. The caller holds the item's row, so that the
/// events of an item have one order.
pub async fn tell(tx: &Inner, item: Uuid, task: Option<Uuid>, topic: &str) -> Result<(), ApiError> {
    let counted = tx
        .change::<work_item::Entity>()
        .id(item)
        .set(work_item::Column::Events, plus_one(work_item::Column::Events))
        .returning()
        .await?;
    let number = counted.first().ok_or(ApiError::of(Code::NotFound))?.events;
    let task = task.map(|id| publish(Task::PREFIX, id));
    tx.emit(topic, WorkItem::NAME, item, number, json!({ "task": task })).await
}

/// Writes the step and tells of it.
pub async fn note(tx: &Inner, task: &task::Model, actor: Option<Uuid>, step: &Step<'_>) -> Result<(), ApiError> {
    tx.insert(task_step::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        task_id: Set(task.id),
        item_id: Set(task.item_id),
        action: Set(step.action),
        actor_id: Set(actor),
        note: Set(step.note.map(str::to_string)),
        percent: Set(step.percent),
        at: Set(tx.now()),
    })
    .await?;
    tell(tx, task.item_id, Some(task.id), step.topic).await
}

/// Changes a task with its step, version, audit line and event.
pub async fn change<'t>(
    tx: &'t Tx,
    task: &task::Model,
    step: Step<'_>,
    set: impl FnOnce(Changes<'t, task::Entity>) -> Changes<'t, task::Entity>,
) -> Result<(), Fault> {
    let version = task.version + 1;
    let changes = tx
        .change::<task::Entity>()
        .id(task.id)
        .filter(task::Column::Version.eq(task.version))
        .set(task::Column::Version, Expr::value(version))
        .set(task::Column::UpdatedAt, Expr::value(tx.session().now()));
    if set(changes).run().await? != 1 {
        return Err(Code::Conflict.into());
    }
    note(tx, task, Some(tx.session().user_id()), &step).await?;
    tx.touched("Task", task.id, json!({ "action": step.action }));
    Ok(())
}

/// Who answers for a task now.
pub async fn duties(tx: &Inner, task: Uuid) -> Result<Vec<task_duty::Model>, ApiError> {
    let rows = tx.parts::<task_duty::Entity>().filter(task_duty::Column::TaskId.eq(task));
    rows.filter(task_duty::Column::EndedOn.is_null()).all().await
}

/// Who carries a task out.
pub fn executor(duties: &[task_duty::Model]) -> Option<Uuid> {
    duties.iter().find(|d| d.kind == TaskDutyKind::Executing).map(|d| d.user_id)
}

/// The caller must carry the task out himself.
pub fn must_execute(tx: &Tx, duties: &[task_duty::Model]) -> Result<(), UserError> {
    if executor(duties) == Some(tx.session().user_id()) {
        return Ok(());
    }
    let (zh, en) = ("只有执行责任人可以办理", "Only the one who carries it out may do it.");
    Err(UserError::new(Code::NotResponsible, "input.id", zh, en))
}
