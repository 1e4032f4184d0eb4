//! Accepts a task (接收): of two who try, one is too late.

use async_graphql::InputObject;
use entities::{task, values::TaskAction};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::hold::{Step, change, duties, hold, must_execute, refused, state_of, stored};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults},
        id::Id,
        tx::Tx,
    },
    modules::tasks::{
        catalogue::Task,
        rules::course::{Act, step},
    },
};

/// A task to accept (接收).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskAcceptInput {
    /// Which task, published, that you carry out.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
}

#[async_trait::async_trait]
impl Command for TaskAcceptInput {
    const NAME: &'static str = "taskAccept";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Accept);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Accept, self.id.uuid(), Some(self.expected_version)).await?.task;
        let mut faults = Faults::default();
        faults.take(must_execute(tx, &duties(tx, task.id).await?));
        let next = faults.take(step(state_of(task.state), Act::Accept).map_err(|r| refused(r, "input.id")));
        faults.check()?;
        let Some(next) = next else { return Err(Code::InternalServerError.into()) };
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let done = Step { action: TaskAction::Accept, topic: "task.accepted", note: None, percent: None };
        change(tx, &task, done, |changes| {
            changes
                .set(task::Column::State, Expr::value(stored(next)))
                .set(task::Column::AcceptedBy, Expr::value(user))
                .set(task::Column::AcceptedAt, Expr::value(now))
        })
        .await?;
        Ok(task.id)
    }
}
