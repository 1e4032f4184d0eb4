//! Follows a task, keeps it on top, or lets it go (关注、置顶); archives one that was evaluated (归档).

use async_graphql::InputObject;
use entities::{
    task, task_follow,
    values::{TaskAction, TaskState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::hold::{Step, change, hold};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::tasks::catalogue::Task,
};

/// A task to follow (关注).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskFollowInput {
    /// Which task.
    pub id: Id<Task>,
    /// Whether it is kept on top of your list (置顶).
    pub is_top: bool,
}

#[async_trait::async_trait]
impl Command for TaskFollowInput {
    const NAME: &'static str = "taskFollow";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Read);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = tx.gate::<task::Entity>(Action::Read)?.id(self.id.uuid()).required().await?;
        let user = tx.session().user_id();
        let row = task_follow::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            task_id: Set(task.id),
            user_id: Set(user),
            is_top: Set(self.is_top),
            created_at: Set(tx.session().now()),
        };
        if !tx.insert_new(row, [task_follow::Column::TaskId, task_follow::Column::UserId]).await? {
            tx.change::<task_follow::Entity>()
                .filter(task_follow::Column::TaskId.eq(task.id))
                .filter(task_follow::Column::UserId.eq(user))
                .set(task_follow::Column::IsTop, Expr::value(self.is_top))
                .run()
                .await?;
        }
        tx.touched("Task", task.id, json!({ "follow": true, "isTop": self.is_top }));
        Ok(task.id)
    }
}

/// A task to archive (归档).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskArchiveInput {
    /// Which task, evaluated or withdrawn.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
}

#[async_trait::async_trait]
impl Command for TaskArchiveInput {
    const NAME: &'static str = "taskArchive";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Close, self.id.uuid(), Some(self.expected_version)).await?.task;
        let over = matches!(task.state, TaskState::Evaluated | TaskState::Withdrawn);
        if !over || task.archived_at.is_some() {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        let now = tx.session().now();
        let done = Step { action: TaskAction::Archive, topic: "task.archived", note: None, percent: None };
        change(tx, &task, done, |changes| changes.set(task::Column::ArchivedAt, Expr::value(now))).await?;
        Ok(task.id)
    }
}
