//! What citizens bring forward (群众反映事项): registered, handled, answered, rated.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{citizen_matter, task, values::CitizenMatterState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::sources::unit_within;
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::{catalogue::Unit, commands::version_mismatch},
        personnel::commands::checks,
        tasks::catalogue::{CitizenMatter, Task},
    },
};

/// What a citizen brought forward (群众反映事项).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CitizenMatterRegisterInput {
    /// Number (编号), 1 to 64 characters, new.
    pub number: String,
    /// Title (标题), 1 to 200 characters.
    pub title: String,
    /// In words (内容), 1 to 4,000 characters.
    pub text: String,
    /// The unit in charge (承办单位), within your subtree.
    pub unit: Id<Unit>,
    /// The task it belongs to (所属任务).
    pub task: Option<Id<Task>>,
    /// Last day (期限), not in the past.
    pub due_on: Given<NaiveDate>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CitizenMatterRegisterInput {
    const NAME: &'static str = "citizenMatterRegister";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let number = faults.take(checks::text(&self.number, "input.number", 64));
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let text = faults.take(checks::text(&self.text, "input.text", 4000));
        let due = self.due_on.get("input.dueOn", &mut faults);
        if due.is_some_and(|d| d < tx.session().today()) {
            faults.add(UserError::new(Code::InvalidValue, "input.dueOn", "不得早于今天", "Not in the past."));
        }
        let unit = unit_within(tx, Self::RIGHT, &self.unit, &mut faults).await?;
        let task = match &self.task {
            Some(id) => {
                let row = tx.gate_as::<task::Entity>(Self::RIGHT.0, Self::RIGHT.1)?.id(id.uuid()).one().await?;
                if row.is_none() {
                    faults.add(UserError::of(Code::Unknown, "input.task"));
                }
                row.map(|row| row.id)
            }
            None => None,
        };
        if let Some(number) = &number {
            let same = tx.parts::<citizen_matter::Entity>().filter(citizen_matter::Column::Number.eq(number));
            if same.count().await? > 0 {
                faults.add(UserError::of(Code::AlreadyExists, "input.number"));
            }
        }
        faults.check()?;
        let (Some(number), Some(title), Some(text), Some(due), Some(unit)) = (number, title, text, due, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(citizen_matter::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            number: Set(number),
            title: Set(title),
            text: Set(text),
            unit_id: Set(unit),
            task_id: Set(task),
            state: Set(CitizenMatterState::Received),
            received_on: Set(tx.session().today()),
            due_on: Set(due),
            finished_on: Set(None),
            answer: Set(None),
            rating: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("CitizenMatter", id, json!({ "dueOn": due }));
        tx.emit("citizenMatter.registered", "CitizenMatter", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// The next state of a citizen's matter (办理群众事项).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CitizenMatterAdvanceInput {
    /// Which matter.
    pub id: Id<CitizenMatter>,
    /// The version that you read.
    pub expected_version: i32,
    /// The next state (状态): `HANDLING` after `RECEIVED`, `DONE` after `HANDLING`; `DONE` again adds the rating.
    pub next: Gql<CitizenMatterState>,
    /// The answer (答复), 1 to 4,000 characters; with `DONE`.
    pub answer: Option<String>,
    /// The citizen's rating, 1 to 5 (满意度); with `DONE`, once.
    pub rating: Option<i32>,
}

#[async_trait::async_trait]
impl Command for CitizenMatterAdvanceInput {
    const NAME: &'static str = "citizenMatterAdvance";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        use CitizenMatterState::{Done, Handling, Received};
        let row = tx.gate::<citizen_matter::Entity>(Action::Update)?.id(self.id.uuid()).lock().required().await?;
        if row.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        let answer = self.answer.as_ref().and_then(|a| faults.take(checks::text(a, "input.answer", 4000)));
        match (row.state, self.next.0) {
            (Received, Handling) | (Handling, Done) => {}
            (Done, Done) if row.rating.is_none() && self.rating.is_some() => {}
            _ => faults.add(UserError::of(Code::NotInState, "input.next")),
        }
        if self.next.0 == Done && answer.is_none() && row.answer.is_none() {
            faults.add(UserError::of(Code::Required, "input.answer"));
        }
        let rated = self.rating.is_none_or(|r| (1..=5).contains(&r) && self.next.0 == Done);
        if !rated {
            faults.add(UserError::new(Code::InvalidValue, "input.rating", "应为 1 至 5", "Takes 1 to 5."));
        }
        faults.check()?;
        let finished = row.finished_on.or_else(|| (self.next.0 == Done).then(|| tx.session().today()));
        tx.change::<citizen_matter::Entity>()
            .id(row.id)
            .set(citizen_matter::Column::State, Expr::value(self.next.0))
            .set(citizen_matter::Column::Answer, Expr::value(answer.or(row.answer)))
            .set(citizen_matter::Column::Rating, Expr::value(self.rating.or(row.rating)))
            .set(citizen_matter::Column::FinishedOn, Expr::value(finished))
            .set(citizen_matter::Column::Version, Expr::value(row.version + 1))
            .set(citizen_matter::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        tx.touched("CitizenMatter", row.id, json!({ "state": self.next.0 }));
        tx.emit("citizenMatter.advanced", "CitizenMatter", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}
