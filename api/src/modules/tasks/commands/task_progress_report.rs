//! Reports progress on a task (落实): added to the record, never changed.

use async_graphql::InputObject;
use entities::{task, values::TaskAction};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::{
    files::bind,
    hold::{Step, change, duties, hold, must_execute, refused, span, state_of, stored, with_percent},
    tree::{children, earlier_open, roll_up},
};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        matters::catalogue::Attachment,
        personnel::commands::checks,
        tasks::{
            catalogue::Task,
            rules::course::{Act, progress, step},
            settings,
        },
    },
};

/// A report of progress (落实情况).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskProgressReportInput {
    /// Which task, accepted, that you carry out, with nothing below it.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Progress in percent (进度), 0 to 99; less than before only with a reason. The feedback makes it 100.
    pub percent: i32,
    /// What was done (工作情况), 1 to 1,000 characters.
    pub note: String,
    /// Why it is less than before (下降理由), 1 to 1,000 characters.
    pub reason: Option<String>,
    /// Evidence (佐证材料): files that you gave, at most 20.
    pub attachments: Option<Vec<Id<Attachment>>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for TaskProgressReportInput {
    const NAME: &'static str = "taskProgressReport";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Submit, self.id.uuid(), Some(self.expected_version)).await?.task;
        let mut faults = Faults::default();
        faults.take(must_execute(tx, &duties(tx, task.id).await?));
        let next = faults.take(step(state_of(task.state), Act::Progress).map_err(|r| refused(r, "input.id")));
        let percent = progress(task.percent, self.percent, self.reason.as_deref());
        faults.take(percent.map_err(|r| refused(r, "input.percent")));
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        let reason = self.reason.as_ref().and_then(|r| faults.take(checks::text(r, "input.reason", 1000)));
        if !children(tx, task.id).await?.is_empty() {
            let (zh, en) = ("进度由下级任务汇总", "Its progress is that of the tasks below it.");
            faults.add(UserError::new(Code::NotInState, "input.id", zh, en));
        }
        if !earlier_open(tx, task.id).await?.is_empty() {
            faults.add(UserError::of(Code::TasksBeforeOpen, "input.id"));
        }
        let files = self.attachments.as_deref().unwrap_or_default();
        bind(tx, task.id, files, "佐证材料", &mut faults).await?;
        faults.check()?;
        let (Some(next), Some(note)) = (next, note) else { return Err(Code::InternalServerError.into()) };
        let note = reason.map_or(note.clone(), |reason| format!("{note}（下降理由：{reason}）"));
        let today = tx.session().today();
        let settings = settings::on(tx, today).await?;
        let done = Step {
            action: TaskAction::Progress,
            topic: "task.progressed",
            note: Some(&note),
            percent: Some(self.percent),
        };
        change(tx, &task, done, |changes| {
            with_percent(changes, span(&task), self.percent, &settings)
                .set(task::Column::State, Expr::value(stored(next)))
                .set(task::Column::StartedOn, Expr::value(task.started_on.unwrap_or(today)))
        })
        .await?;
        roll_up(tx, &task, &settings).await?;
        Ok(task.id)
    }
}
