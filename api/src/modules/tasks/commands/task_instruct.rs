//! Instructs those who carry a task out, whatever level they are at (批示), I-04: at once, without anybody in between
//! having to pass it on, and seen by those in between.

use async_graphql::InputObject;
use entities::{app_user, values::TaskAction};
use policies::{Action, Resource};
use sea_orm::ColumnTrait;
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, duties, executor, hold},
    notices,
    tree::above,
};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{administration::catalogue::User, personnel::commands::checks, tasks::catalogue::Task},
};

/// An instruction (批示、指令).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskInstructInput {
    /// Which task, at any level within your reach.
    pub id: Id<Task>,
    /// What is to be done (批示内容), 1 to 1,000 characters.
    pub note: String,
    /// To whom (接收人), who answers for the task in some way; to the one who carries it out unless given.
    pub user: Option<Id<User>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for TaskInstructInput {
    const NAME: &'static str = "taskInstruct";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Instruct);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Instruct, self.id.uuid(), None).await?.task;
        let people = duties(tx, task.id).await?;
        let mut faults = Faults::default();
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        let receivers: Vec<Uuid> = match &self.user {
            Some(user) => {
                let known = people.iter().any(|d| d.user_id == user.uuid());
                if !known {
                    faults.add(UserError::of(Code::Unknown, "input.user"));
                }
                vec![user.uuid()]
            }
            None => executor(&people).into_iter().collect(),
        };
        faults.check()?;
        let text = note.as_deref().unwrap_or_default();
        let sender = tx.session().user_id();
        // A task without anybody yet: its unit's people find the words in the record.
        let receivers: Vec<Uuid> = tx
            .parts::<app_user::Entity>()
            .filter(app_user::Column::Id.is_in(receivers))
            .all()
            .await?
            .into_iter()
            .map(|user| user.id)
            .collect();
        notices::instruct(tx, &task, &above(tx, &task).await?, &receivers, text, sender).await?;
        let percent = Some(task.percent);
        let done = Step { action: TaskAction::Instruct, topic: "task.instructed", note: Some(text), percent };
        change(tx, &task, done, |changes| changes).await?;
        Ok(task.id)
    }
}
