//! Evaluates a task that was reported as done (评价), or returns it with an error open.

use async_graphql::InputObject;
use entities::{
    task, task_duty,
    values::{TaskAction, TaskDutyKind, TaskLamp},
};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, duties, executor, hold, refused, span, state_of, stored, with_percent},
    tree::roll_up,
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
            rules::course::{Act, step},
            settings,
        },
    },
};

/// An evaluation (评价).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskEvaluateInput {
    /// Which task, reported as done, that you lead, are in charge of or published; not one that you carry out.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Whether it passes (是否通过); if not, it goes back with its yellow lamp on.
    pub is_passed: bool,
    /// Score (评价得分), 0 to 100, of one that passes.
    pub score: Option<i32>,
    /// Progress that it goes back to (退回进度), 0 to 99, of one that does not pass; 90 unless given.
    pub percent: Option<i32>,
    /// In words (评价意见), 1 to 1,000 characters.
    pub note: String,
}

impl TaskEvaluateInput {
    fn check(&self, faults: &mut Faults) {
        let within = |n: Option<i32>, most: i32| n.is_none_or(|n| (0..=most).contains(&n));
        if !within(self.score, 100) || (self.is_passed && self.score.is_none()) {
            let (zh, en) = ("通过时须给出 0 至 100 的得分", "One that passes takes a score of 0 to 100.");
            faults.add(UserError::new(Code::InvalidValue, "input.score", zh, en));
        }
        if !within(self.percent, 99) {
            faults.add(UserError::new(Code::InvalidValue, "input.percent", "应为 0 至 99", "Takes 0 to 99."));
        }
    }
}

/// Whoever leads it, is in charge of it or published it may judge it, and never his own work.
pub fn may_judge(task: &task::Model, people: &[task_duty::Model], user: Uuid) -> Result<(), UserError> {
    let leads =
        people.iter().any(|d| d.user_id == user && matches!(d.kind, TaskDutyKind::Leading | TaskDutyKind::InCharge));
    if (leads || task.published_by == Some(user)) && executor(people) != Some(user) {
        return Ok(());
    }
    let (zh, en) =
        ("由领导责任人、分管责任人或发布人办理", "Who leads it, is in charge of it or published it does this.");
    Err(UserError::new(Code::NotResponsible, "input.id", zh, en))
}

#[async_trait::async_trait]
impl Command for TaskEvaluateInput {
    const NAME: &'static str = "taskEvaluate";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Finish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Finish, self.id.uuid(), Some(self.expected_version)).await?.task;
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let mut faults = Faults::default();
        faults.take(may_judge(&task, &duties(tx, task.id).await?, user));
        let act = if self.is_passed { Act::Evaluate } else { Act::Return };
        let next = faults.take(step(state_of(task.state), act).map_err(|r| refused(r, "input.id")));
        self.check(&mut faults);
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        faults.check()?;
        let Some(next) = next else { return Err(Code::InternalServerError.into()) };
        let (state, note) = (Expr::value(stored(next)), note.as_deref());
        if self.is_passed {
            let done = Step { action: TaskAction::Evaluate, topic: "task.evaluated", note, percent: Some(100) };
            change(tx, &task, done, |changes| {
                changes
                    .set(task::Column::State, state)
                    .set(task::Column::Score, Expr::value(self.score))
                    .set(task::Column::EvaluatedBy, Expr::value(user))
                    .set(task::Column::EvaluatedAt, Expr::value(now))
            })
            .await?;
            return Ok(task.id);
        }
        let percent = self.percent.unwrap_or(90);
        let settings = settings::on(tx, tx.session().today()).await?;
        let back = Step { action: TaskAction::Return, topic: "task.returned", note, percent: Some(percent) };
        change(tx, &task, back, |changes| {
            with_percent(changes, span(&task), percent, &settings)
                .set(task::Column::State, state)
                .set(task::Column::FinishedOn, Expr::value(None::<chrono::NaiveDate>))
                .set(task::Column::IsLate, Expr::value(false))
                .set(task::Column::DoneLamp, Expr::value(None::<TaskLamp>))
                .set(task::Column::HasError, Expr::value(true))
                .set(task::Column::ErrorReason, Expr::value(note.map(str::to_string)))
        })
        .await?;
        roll_up(tx, &task, &settings).await?;
        Ok(task.id)
    }
}
