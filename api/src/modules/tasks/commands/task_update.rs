//! Changes a task's plan (调整计划), its place in the tree (调整归属) and what it comes after (前后置).

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    task, task_link,
    values::{TaskAction, TaskState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, hold, refused, span, state_of, with_percent},
    task_create::{content, level_of, stored_level},
    tree::{children, roll_up},
};
use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        personnel::commands::checks,
        tasks::{
            catalogue::Task,
            rules::{
                lamp::Span,
                split::{level_under, may_follow, movable, within},
            },
            settings,
        },
    },
};

/// A change of a task (修改任务).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskUpdateInput {
    /// Which task, not done.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Title (名称), 1 to 200 characters.
    pub title: Option<String>,
    /// First day (计划开始), not before the parent's nor after that of what is below.
    pub plan_start: Option<Given<NaiveDate>>,
    /// Last day (计划完成), not after the parent's nor before that of what is below.
    pub plan_end: Option<Given<NaiveDate>>,
    /// Where it is done (定位), 1 to 200 characters.
    pub place: Option<String>,
    /// What kind of work it is (定性), 1 to 200 characters.
    pub nature: Option<String>,
    /// How much (定量), 1 to 1,000,000,000.
    pub quantity: Option<i32>,
    /// Unit of the quantity (计量单位), 1 to 20 characters.
    pub measure: Option<String>,
    /// Place on the mind map, to the right (横坐标), -100,000 to 100,000.
    pub map_x: Option<i32>,
    /// Place on the mind map, down (纵坐标), -100,000 to 100,000.
    pub map_y: Option<i32>,
    /// Why (修改理由), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for TaskUpdateInput {
    const NAME: &'static str = "taskUpdate";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let held = hold(tx, Action::Update, self.id.uuid(), Some(self.expected_version)).await?;
        let task = held.task;
        let mut faults = Faults::default();
        let title = self.title.as_ref().and_then(|t| faults.take(checks::text(t, "input.title", 200)));
        let mut day = |given: &Option<Given<NaiveDate>>, now, field| match given {
            Some(given) => given.get(field, &mut faults).unwrap_or(now),
            None => now,
        };
        let days = Span {
            start: day(&self.plan_start, task.plan_start, "input.planStart"),
            end: day(&self.plan_end, task.plan_end, "input.planEnd"),
        };
        let numbers = [
            (self.quantity, 1, 1_000_000_000, "input.quantity"),
            (self.map_x, -100_000, 100_000, "input.mapX"),
            (self.map_y, -100_000, 100_000, "input.mapY"),
        ];
        let texts = (self.place.as_ref(), self.nature.as_ref(), self.measure.as_ref());
        let content = content(texts.0, texts.1, texts.2, numbers, &mut faults);
        let reason = faults.take(checks::text(&self.reason, "input.reason", 1000));
        let outer = match task.parent_id {
            Some(id) => {
                let parent = tx.parts::<task::Entity>().id(id).required().await?;
                (parent.plan_start, parent.plan_end)
            }
            None => (held.item.plan_start, held.item.plan_end),
        };
        faults.take(within((days.start, days.end), outer).map_err(|r| refused(r, "input.planEnd")));
        for child in children(tx, task.id).await? {
            let inner = within((child.plan_start, child.plan_end), (days.start, days.end));
            faults.take(inner.map_err(|r| refused(r, "input.planStart")));
        }
        if state_of(task.state).is_done() || task.state == TaskState::Withdrawn {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        let settings = settings::on(tx, tx.session().today()).await?;
        let done = Step { action: TaskAction::Update, topic: "task.updated", note: reason.as_deref(), percent: None };
        let or = |new: Option<String>, now: &Option<String>| Expr::value(new.or_else(|| now.clone()));
        change(tx, &task, done, |changes| {
            with_percent(changes, days, task.percent, &settings)
                .set(task::Column::Title, Expr::value(title.unwrap_or_else(|| task.title.clone())))
                .set(task::Column::PlanStart, Expr::value(days.start))
                .set(task::Column::PlanEnd, Expr::value(days.end))
                .set(task::Column::Place, or(content.place, &task.place))
                .set(task::Column::Nature, or(content.nature, &task.nature))
                .set(task::Column::Quantity, Expr::value(self.quantity.or(task.quantity)))
                .set(task::Column::Measure, or(content.measure, &task.measure))
                .set(task::Column::MapX, Expr::value(self.map_x.unwrap_or(task.map_x)))
                .set(task::Column::MapY, Expr::value(self.map_y.unwrap_or(task.map_y)))
        })
        .await?;
        Ok(task.id)
    }
}

/// Another place in the tree (调整归属).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskMoveInput {
    /// Which task, not done, with nothing below it that would come too deep.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// The task that it goes below (上级节点), of the same item; never itself nor one below it.
    pub parent: Id<Task>,
}

#[async_trait::async_trait]
impl Command for TaskMoveInput {
    const NAME: &'static str = "taskMove";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Update, self.id.uuid(), Some(self.expected_version)).await?.task;
        let mut faults = Faults::default();
        let parent = tx.parts::<task::Entity>().id(self.parent.uuid()).one().await?;
        let Some(parent) = parent.filter(|p| p.item_id == task.item_id) else {
            return Err(UserError::of(Code::Unknown, "input.parent").into());
        };
        faults.take(movable(&task.path, &parent.path).map_err(|r| refused(r, "input.parent")));
        let level = faults.take(level_under(Some(level_of(parent.level))).map_err(|r| refused(r, "input.parent")));
        let days = (task.plan_start, task.plan_end);
        let fits = within(days, (parent.plan_start, parent.plan_end));
        faults.take(fits.map_err(|r| refused(r, "input.parent")));
        if !children(tx, task.id).await?.is_empty() {
            faults.add(UserError::of(Code::HasChildren, "input.id"));
        }
        if task.finished_on.is_some() || parent.finished_on.is_some() {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        let Some(level) = level else { return Err(Code::InternalServerError.into()) };
        let settings = settings::on(tx, tx.session().today()).await?;
        let path = format!("{}{}/", parent.path, task.id.simple());
        let done = Step { action: TaskAction::Update, topic: "task.moved", note: Some(&parent.title), percent: None };
        change(tx, &task, done, |changes| {
            with_percent(changes, span(&task), task.percent, &settings)
                .set(task::Column::ParentId, Expr::value(parent.id))
                .set(task::Column::Level, Expr::value(stored_level(level)))
                .set(task::Column::Path, Expr::value(path))
        })
        .await?;
        // Both trees have another mean now.
        roll_up(tx, &task, &settings).await?;
        let moved = tx.parts::<task::Entity>().id(task.id).required().await?;
        roll_up(tx, &moved, &settings).await?;
        Ok(task.id)
    }
}

/// What a task comes after (前置任务).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskLinkAddInput {
    /// The later task.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// The earlier task, of the same item; they never wait for each other.
    pub after_task: Id<Task>,
}

#[async_trait::async_trait]
impl Command for TaskLinkAddInput {
    const NAME: &'static str = "taskLinkAdd";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Update, self.id.uuid(), Some(self.expected_version)).await?.task;
        let earlier = tx.parts::<task::Entity>().id(self.after_task.uuid()).one().await?;
        let Some(earlier) = earlier.filter(|e| e.item_id == task.item_id) else {
            return Err(UserError::of(Code::Unknown, "input.afterTask").into());
        };
        let nodes = tx.parts::<task::Entity>().filter(task::Column::ItemId.eq(task.item_id)).all().await?;
        let ids = nodes.iter().map(|n| n.id);
        let links = tx.parts::<task_link::Entity>().filter(task_link::Column::TaskId.is_in(ids)).all().await?;
        let links: Vec<(Uuid, Uuid)> = links.into_iter().map(|l| (l.task_id, l.after_id)).collect();
        may_follow(task.id, earlier.id, &links).map_err(|r| refused(r, "input.afterTask"))?;
        let row = task_link::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            task_id: Set(task.id),
            after_id: Set(earlier.id),
            created_at: Set(tx.session().now()),
        };
        if !tx.insert_new(row, [task_link::Column::TaskId, task_link::Column::AfterId]).await? {
            return Err(UserError::of(Code::AlreadyExists, "input.afterTask").into());
        }
        let done = Step { action: TaskAction::Update, topic: "task.linked", note: Some(&earlier.title), percent: None };
        change(tx, &task, done, |changes| changes).await?;
        Ok(task.id)
    }
}
