//! Reports a task as done (反馈): it keeps its lamp, the next units hear so, and so does who waits for the last one.

use async_graphql::InputObject;
use entities::{task, values::TaskAction};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, duties, hold, must_execute, refused, span, state_of, stored, stored_lamp},
    notices::tell_next,
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
                course::{Act, State, step},
                lamp::done,
            },
            settings,
        },
    },
};

/// A task done (反馈).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskFeedbackInput {
    /// Which task, under way, that you carry out; of one with tasks below it all of these are done.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// What came of it (完成情况), 1 to 1,000 characters.
    pub note: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for TaskFeedbackInput {
    const NAME: &'static str = "taskFeedback";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Submit, self.id.uuid(), Some(self.expected_version)).await?.task;
        let below = children(tx, task.id).await?;
        let mut faults = Faults::default();
        faults.take(must_execute(tx, &duties(tx, task.id).await?));
        // What stands above others is under way as soon as they are: there is no progress of its own to report.
        let state = match state_of(task.state) {
            State::Accepted if !below.is_empty() => State::UnderWay,
            state => state,
        };
        let next = faults.take(step(state, Act::Feedback).map_err(|r| refused(r, "input.id")));
        let open = below.iter().filter(|k| k.finished_on.is_none()).count();
        if open > 0 {
            let (zh, en) = (format!("下级还有 {open} 项未完成"), format!("{open} tasks below it are not done."));
            faults.add(UserError::new(Code::TasksBelowOpen, "input.id", zh, en));
        }
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        faults.check()?;
        let Some(next) = next else { return Err(Code::InternalServerError.into()) };
        let today = tx.session().today();
        let settings = settings::on(tx, today).await?;
        let (lamp, is_late) = done(span(&task), today, settings.lamps);
        let feedback =
            Step { action: TaskAction::Feedback, topic: "task.reported", note: note.as_deref(), percent: Some(100) };
        change(tx, &task, feedback, |changes| {
            changes
                .set(task::Column::State, Expr::value(stored(next)))
                .set(task::Column::Percent, Expr::value(100))
                .set(task::Column::StartedOn, Expr::value(task.started_on.unwrap_or(today)))
                .set(task::Column::FinishedOn, Expr::value(today))
                .set(task::Column::IsLate, Expr::value(is_late))
                .set(task::Column::DoneLamp, Expr::value(stored_lamp(lamp)))
                .set(task::Column::RuleVersion, Expr::value(settings.version))
                .set(task::Column::HasError, Expr::value(false))
        })
        .await?;
        tell_next(tx, &task).await?;
        roll_up(tx, &task, &settings).await?;
        Ok(task.id)
    }
}
