//! Publishes a task, or withdraws it: the ends of the loop that its owner holds (发布、撤回).

use async_graphql::InputObject;
use entities::{
    task,
    values::{NoticeKind, NoticeLevel, TaskAction},
};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, duties, executor, hold, refused, state_of, stored},
    notices::{Notice, To, send, tell_all},
    tree::{children, roll_up},
};
use crate::{
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
                course::{Act, step, withdrawal},
                split::{Parts, missing},
            },
            settings,
        },
    },
};

/// A task to publish (发布).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskPublishInput {
    /// Which task, drawn up with place, nature, person, quantity and time.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
}

#[async_trait::async_trait]
impl Command for TaskPublishInput {
    const NAME: &'static str = "taskPublish";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Publish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let held = hold(tx, Action::Publish, self.id.uuid(), Some(self.expected_version)).await?;
        let task = held.task;
        let people = duties(tx, task.id).await?;
        let mut faults = Faults::default();
        let next = faults.take(step(state_of(task.state), Act::Publish).map_err(|r| refused(r, "input.id")));
        let parts = Parts {
            place: task.place.is_some(),
            nature: task.nature.is_some(),
            person: executor(&people).is_some(),
            quantity: task.quantity.is_some() && task.measure.is_some(),
            time: true,
        };
        let lacking = missing(parts);
        if !lacking.is_empty() {
            let list = lacking.join("、");
            let (zh, en) = (format!("缺少：{list}"), format!("It lacks {}.", lacking.join(", ")));
            faults.add(UserError::new(Code::TaskIncomplete, "input.id", zh, en));
        }
        faults.check()?;
        let Some(next) = next else { return Err(Code::InternalServerError.into()) };
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let done = Step { action: TaskAction::Publish, topic: "task.published", note: None, percent: None };
        change(tx, &task, done, |changes| {
            changes
                .set(task::Column::State, Expr::value(stored(next)))
                .set(task::Column::PublishedBy, Expr::value(user))
                .set(task::Column::PublishedAt, Expr::value(now))
        })
        .await?;
        let text = format!("任务“{}”已发布，请接收", task.title);
        for duty in people {
            let key = format!("PUBLISHED:{}:{}:{}", task.id, task.version, duty.user_id);
            let (kind, level) = (NoticeKind::Published, NoticeLevel::Info);
            let to = To::User(duty.user_id);
            let sender = Some(user);
            send(tx, Notice { task: Some(task.id), problem: None, to, kind, level, text: &text, sender, key }).await?;
        }
        Ok(task.id)
    }
}

/// A task to withdraw (撤回).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskWithdrawInput {
    /// Which task, with nothing below it that was not withdrawn.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Why (撤回理由), 1 to 1,000 characters; asked for once the task was accepted.
    pub reason: Option<String>,
}

#[async_trait::async_trait]
impl Command for TaskWithdrawInput {
    const NAME: &'static str = "taskWithdraw";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Withdraw);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let held = hold(tx, Action::Withdraw, self.id.uuid(), Some(self.expected_version)).await?;
        let task = held.task;
        let mut faults = Faults::default();
        let reason = self.reason.as_ref().and_then(|r| faults.take(checks::text(r, "input.reason", 1000)));
        let next = faults.take(step(state_of(task.state), Act::Withdraw).map_err(|r| refused(r, "input.id")));
        faults.take(withdrawal(state_of(task.state), self.reason.as_deref()).map_err(|r| refused(r, "input.reason")));
        if !children(tx, task.id).await?.is_empty() {
            faults.add(UserError::of(Code::TasksBelowOpen, "input.id"));
        }
        faults.check()?;
        let Some(next) = next else { return Err(Code::InternalServerError.into()) };
        let text = format!("任务“{}”已撤回{}", task.title, reason.as_ref().map_or(String::new(), |r| format!("：{r}")));
        tell_all(tx, &task, NoticeKind::Withdrawn, &text, tx.session().user_id()).await?;
        let note = reason.as_deref();
        let done = Step { action: TaskAction::Withdraw, topic: "task.withdrawn", note, percent: None };
        change(tx, &task, done, |changes| changes.set(task::Column::State, Expr::value(stored(next)))).await?;
        let settings = settings::on(tx, tx.session().today()).await?;
        roll_up(tx, &task, &settings).await?;
        Ok(task.id)
    }
}
