//! Raises a problem, or joins the one that is open already (问题池不重复), I-05.

use std::collections::HashSet;

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    citizen_matter, problem, problem_body, problem_step, task,
    values::{NoticeKind, NoticeLevel, ProblemAction, ProblemCause, ProblemGrade, ProblemState, SupervisorBody},
};
use policies::{Action, Resource};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::notices::{Notice, To, send_all};
use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{ApiError, Code, Fault, Faults, UserError},
        id::Id,
        tx::{Inner, Tx},
    },
    modules::{
        personnel::commands::checks,
        tasks::{
            catalogue::{CitizenMatter, Task},
            rules::problem::{Body, Grade, route},
        },
    },
};

/// A problem (问题).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ProblemRaiseInput {
    /// The task that it was found in, or none and a citizen's matter.
    pub task: Option<Id<Task>>,
    /// The citizen's matter that it was found in, or none and a task.
    pub citizen_matter: Option<Id<CitizenMatter>>,
    /// Cause (成因). With the task or matter it makes the problem one.
    pub cause: Gql<ProblemCause>,
    /// Grade (等级); minor unless given.
    pub grade: Option<Gql<ProblemGrade>>,
    /// In words (问题描述), 1 to 1,000 characters.
    pub text: String,
    /// The supervisor that brings it in (督查主体).
    pub body: Gql<SupervisorBody>,
    /// What policy is missing (政策缺口), 1 to 1,000 characters.
    pub policy_gap: Option<String>,
    /// What is proposed (政策建议), 1 to 1,000 characters.
    pub proposal: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// A problem to be recorded.
pub struct Found<'a> {
    /// The task.
    pub task: Option<&'a task::Model>,
    /// The citizen's matter.
    pub matter: Option<Uuid>,
    /// The unit that has to mend it.
    pub unit: Uuid,
    /// Cause.
    pub cause: ProblemCause,
    /// Grade.
    pub grade: ProblemGrade,
    /// In words.
    pub text: &'a str,
    /// Day it was raised.
    pub on: NaiveDate,
    /// Missing policy and proposal.
    pub policy: (Option<String>, Option<String>),
}

impl Found<'_> {
    /// What makes it one problem, however often it is found.
    fn key(&self) -> String {
        let about = self.task.map(|t| t.id).or(self.matter).unwrap_or(Uuid::nil());
        format!("{about}:{}", entities::CodeEnum::as_str(self.cause))
    }
}

/// The rule's word for a stored grade.
pub fn grade_of(grade: ProblemGrade) -> Grade {
    match grade {
        ProblemGrade::Minor => Grade::Minor,
        ProblemGrade::Ordinary => Grade::Ordinary,
        ProblemGrade::Serious => Grade::Serious,
    }
}

/// The stored word for a rule's grade.
pub fn stored_grade(grade: Grade) -> ProblemGrade {
    match grade {
        Grade::Minor => ProblemGrade::Minor,
        Grade::Ordinary => ProblemGrade::Ordinary,
        Grade::Serious => ProblemGrade::Serious,
    }
}

/// A step of a problem's record, to be added.
pub fn step(
    tx: &Inner,
    problem: Uuid,
    action: ProblemAction,
    actor: Option<Uuid>,
    grade: ProblemGrade,
    note: Option<String>,
) -> problem_step::ActiveModel {
    problem_step::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        problem_id: Set(problem),
        action: Set(action),
        actor_id: Set(actor),
        grade: Set(grade),
        note: Set(note),
        at: Set(tx.now()),
    }
}

/// Lets a body share a problem; tells whether it did not do so before.
pub async fn join(tx: &Inner, problem: Uuid, body: SupervisorBody, user: Option<Uuid>) -> Result<bool, ApiError> {
    tx.insert_new(shares(tx, problem, body, user), SHARED_BY).await
}

/// What makes it one body's share of one problem.
const SHARED_BY: [problem_body::Column; 2] = [problem_body::Column::ProblemId, problem_body::Column::Body];

fn shares(tx: &Inner, problem: Uuid, body: SupervisorBody, user: Option<Uuid>) -> problem_body::ActiveModel {
    problem_body::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        problem_id: Set(problem),
        body: Set(body),
        user_id: Set(user),
        joined_at: Set(tx.now()),
    }
}

/// Brings a problem to those who supervise its grade, and tells the unit that has to mend it.
pub async fn routed(tx: &Inner, row: &problem::Model, grade: ProblemGrade) -> Result<(), ApiError> {
    routed_all(tx, std::slice::from_ref(row), grade).await
}

async fn routed_all(tx: &Inner, rows: &[problem::Model], grade: ProblemGrade) -> Result<(), ApiError> {
    let bodies = route(grade_of(grade)).iter().map(|body| match body {
        Body::PartyOffice => SupervisorBody::PartyOffice,
        Body::GovernmentOffice => SupervisorBody::GovernmentOffice,
        Body::Discipline => SupervisorBody::Discipline,
        Body::Organisation => SupervisorBody::Organisation,
    });
    let shared = rows.iter().flat_map(|row| bodies.clone().map(|body| shares(tx, row.id, body, None)));
    tx.insert_missing(shared.collect(), SHARED_BY).await?;
    let level = match grade {
        ProblemGrade::Minor => NoticeLevel::Info,
        ProblemGrade::Ordinary => NoticeLevel::Warning,
        ProblemGrade::Serious => NoticeLevel::Alert,
    };
    let notices = rows.iter().map(|row| Notice {
        task: row.task_id,
        problem: Some(row.id),
        to: To::Unit(row.unit_id),
        kind: NoticeKind::Problem,
        level,
        text: &row.text,
        sender: None,
        key: format!("PROBLEM:{}:{}", row.id, entities::CodeEnum::as_str(grade)),
    });
    send_all(tx, notices).await?;
    Ok(())
}

/// Records a problem, unless one with the same key is open: then that one. Tells whether it is new.
pub async fn record(tx: &Inner, found: Found<'_>, actor: Option<Uuid>) -> Result<(problem::Model, bool), ApiError> {
    let open = open(tx, vec![found.key()]).await?.pop();
    match open {
        Some(row) => Ok((row, false)),
        None => {
            let row = add(tx, vec![found], actor).await?.pop();
            Ok((row.ok_or(ApiError::of(Code::InternalServerError))?, true))
        }
    }
}

/// Records problems, each unless one with its key is open.
pub async fn record_all(tx: &Inner, found: Vec<Found<'_>>) -> Result<(), ApiError> {
    if found.is_empty() {
        return Ok(());
    }
    let known = open(tx, found.iter().map(Found::key).collect()).await?;
    let known: HashSet<String> = known.into_iter().map(|row| row.key).collect();
    add(tx, found.into_iter().filter(|one| !known.contains(&one.key())).collect(), None).await.map(drop)
}

async fn open(tx: &Inner, keys: Vec<String>) -> Result<Vec<problem::Model>, ApiError> {
    let rows = tx.parts::<problem::Entity>().filter(problem::Column::Key.is_in(keys));
    rows.filter(problem::Column::State.eq(ProblemState::Open)).lock().all().await
}

/// The key is unique among those open: of two who raise one at once, one tries again and joins.
async fn add(tx: &Inner, found: Vec<Found<'_>>, actor: Option<Uuid>) -> Result<Vec<problem::Model>, ApiError> {
    let rows = found.into_iter().map(|found| problem::Model {
        tenant_id: tx.tenant_id(),
        id: tx.new_id(),
        key: found.key(),
        task_id: found.task.map(|t| t.id),
        citizen_matter_id: found.matter,
        unit_id: found.unit,
        cause: found.cause,
        text: found.text.to_string(),
        grade: found.grade,
        grade_since: found.on,
        raised_on: found.on,
        state: ProblemState::Open,
        policy_gap: found.policy.0,
        proposal: found.policy.1,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    });
    let rows: Vec<problem::Model> = rows.collect();
    tx.insert_many(rows.iter().map(|row| row.clone().into_active_model().reset_all()).collect()).await?;
    let raised =
        |row: &problem::Model| step(tx, row.id, ProblemAction::Raise, actor, row.grade, Some(row.text.clone()));
    tx.insert_many(rows.iter().map(raised).collect()).await?;
    for grade in [ProblemGrade::Minor, ProblemGrade::Ordinary, ProblemGrade::Serious] {
        let of_grade: Vec<_> = rows.iter().filter(|row| row.grade == grade).cloned().collect();
        if !of_grade.is_empty() {
            routed_all(tx, &of_grade, grade).await?;
        }
    }
    for row in &rows {
        tx.emit("problem.raised", "Problem", row.id, 1, json!({})).await?;
    }
    Ok(rows)
}

#[async_trait::async_trait]
impl Command for ProblemRaiseInput {
    const NAME: &'static str = "problemRaise";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let text = faults.take(checks::text(&self.text, "input.text", 1000));
        let gap = self.policy_gap.as_ref().and_then(|t| faults.take(checks::text(t, "input.policyGap", 1000)));
        let proposal = self.proposal.as_ref().and_then(|t| faults.take(checks::text(t, "input.proposal", 1000)));
        let task = match &self.task {
            Some(id) => tx.gate_as::<task::Entity>(Resource::Problem, Action::Create)?.id(id.uuid()).one().await?,
            None => None,
        };
        let matter = match &self.citizen_matter {
            Some(id) => tx.gate::<citizen_matter::Entity>(Action::Create)?.id(id.uuid()).one().await?,
            None => None,
        };
        for (given, found, field) in [
            (self.task.is_some(), task.is_some(), "input.task"),
            (self.citizen_matter.is_some(), matter.is_some(), "input.citizenMatter"),
        ] {
            if given && !found {
                faults.add(UserError::of(Code::Unknown, field));
            }
        }
        if self.task.is_some() == self.citizen_matter.is_some() {
            let (zh, en) = ("任务与群众事项须且只能填一个", "Takes either a task or a citizen's matter.");
            faults.add(UserError::new(Code::Required, "input.task", zh, en));
        }
        faults.check()?;
        let unit = task.as_ref().map(|t| t.unit_id).or(matter.as_ref().map(|m| m.unit_id));
        let (Some(unit), Some(text)) = (unit, text) else { return Err(Code::InternalServerError.into()) };
        let found = Found {
            task: task.as_ref(),
            matter: matter.as_ref().map(|m| m.id),
            unit,
            cause: self.cause.0,
            grade: self.grade.map_or(ProblemGrade::Minor, |g| g.0),
            text: &text,
            on: tx.session().today(),
            policy: (gap, proposal),
        };
        let user = tx.session().user_id();
        let (row, new) = record(tx, found, Some(user)).await?;
        let joined = join(tx, row.id, self.body.0, Some(user)).await?;
        if !new && joined {
            tx.insert(step(tx, row.id, ProblemAction::Join, Some(user), row.grade, Some(text))).await?;
        }
        tx.touched("Problem", row.id, json!({ "isNew": new }));
        Ok(row.id)
    }
}
