//! Marks a task as being in error, or takes the mark away (出错标记): the yellow lamp, I-01.

use async_graphql::InputObject;
use entities::{task, values::TaskAction};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, duties, hold, state_of},
    task_evaluate::may_judge,
};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{personnel::commands::checks, tasks::catalogue::Task},
};

/// The mark of an error (出错标记).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskErrorSetInput {
    /// Which task, not done, that you lead, are in charge of or published.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Whether an error is open (是否出错).
    pub has_error: bool,
    /// What is wrong, or how it was mended (说明), 1 to 1,000 characters.
    pub note: String,
}

#[async_trait::async_trait]
impl Command for TaskErrorSetInput {
    const NAME: &'static str = "taskErrorSet";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Finish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Finish, self.id.uuid(), Some(self.expected_version)).await?.task;
        let mut faults = Faults::default();
        faults.take(may_judge(&task, &duties(tx, task.id).await?, tx.session().user_id()));
        if !state_of(task.state).is_open() || task.has_error == self.has_error {
            faults.add(UserError::of(Code::NotInState, "input.hasError"));
        }
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        faults.check()?;
        let action = if self.has_error { TaskAction::ErrorRaise } else { TaskAction::ErrorClear };
        let done = Step { action, topic: "task.error", note: note.as_deref(), percent: Some(task.percent) };
        let reason = note.clone().filter(|_| self.has_error);
        change(tx, &task, done, |changes| {
            changes
                .set(task::Column::HasError, Expr::value(self.has_error))
                .set(task::Column::ErrorReason, Expr::value(reason))
        })
        .await?;
        Ok(task.id)
    }
}
