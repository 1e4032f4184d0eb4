//! Urges those who carry a task out (催办): parties see and urge each other, and every urge is on record.

use async_graphql::InputObject;
use entities::values::{NoticeKind, TaskAction};
use policies::{Action, Resource};
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, hold, state_of},
    notices::tell_all,
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

/// An urge (催办).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskUrgeInput {
    /// Which task, published and not done.
    pub id: Id<Task>,
    /// What is said (催办内容), 1 to 1,000 characters.
    pub note: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for TaskUrgeInput {
    const NAME: &'static str = "taskUrge";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Urge);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Urge, self.id.uuid(), None).await?.task;
        let mut faults = Faults::default();
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        if !state_of(task.state).is_open() {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        let text = note.as_deref().unwrap_or_default();
        tell_all(tx, &task, NoticeKind::Urge, text, tx.session().user_id()).await?;
        let done =
            Step { action: TaskAction::Urge, topic: "task.urged", note: Some(text), percent: Some(task.percent) };
        change(tx, &task, done, |changes| changes).await?;
        Ok(task.id)
    }
}
