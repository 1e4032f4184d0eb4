//! What supervisors do to a problem: upgrade, share, interview, resolve (升级、联合、约谈、销号), I-05.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    problem, problem_interview,
    values::{ProblemAction, ProblemGrade, ProblemState, SupervisorBody, UserKind},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    hold::refused,
    problem_raise::{grade_of, join, routed, step, stored_grade},
    task_duty_set::somebody,
};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        rows::Changes,
        tx::Tx,
    },
    modules::{
        administration::catalogue::User,
        organisation::commands::version_mismatch,
        personnel::commands::checks,
        tasks::{catalogue::Problem, rules::problem::raise},
    },
};

/// An open problem as it is under its lock.
async fn open(tx: &Tx, action: Action, id: Uuid, expected: i32) -> Result<problem::Model, Fault> {
    let row = tx.gate::<problem::Entity>(action)?.id(id).lock().required().await?;
    if row.version != expected {
        return Err(version_mismatch().into());
    }
    if row.state != ProblemState::Open {
        return Err(UserError::of(Code::NotInState, "input.id").into());
    }
    Ok(row)
}

async fn change<'t>(
    tx: &'t Tx,
    row: &problem::Model,
    topic: &str,
    set: impl FnOnce(Changes<'t, problem::Entity>) -> Changes<'t, problem::Entity>,
) -> Result<(), Fault> {
    let changes = tx
        .change::<problem::Entity>()
        .id(row.id)
        .filter(problem::Column::Version.eq(row.version))
        .set(problem::Column::Version, Expr::value(row.version + 1))
        .set(problem::Column::UpdatedAt, Expr::value(tx.session().now()));
    set(changes).run().await?;
    tx.touched("Problem", row.id, json!({ "topic": topic }));
    tx.emit(topic, "Problem", row.id, row.version + 1, json!({})).await?;
    Ok(())
}

/// A higher grade (升级).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ProblemUpgradeInput {
    /// Which problem, open.
    pub id: Id<Problem>,
    /// The version that you read.
    pub expected_version: i32,
    /// The grade (等级), higher than now.
    pub grade: Gql<ProblemGrade>,
    /// Why (升级理由), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for ProblemUpgradeInput {
    const NAME: &'static str = "problemUpgrade";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = open(tx, Action::Update, self.id.uuid(), self.expected_version).await?;
        let mut faults = Faults::default();
        let grade = raise(grade_of(row.grade), grade_of(self.grade.0), &self.reason);
        let grade =
            faults.take(grade.map_err(|r| {
                refused(r.clone(), if r.code == "REASON_MISSING" { "input.reason" } else { "input.grade" })
            }));
        let reason = faults.take(checks::text(&self.reason, "input.reason", 1000));
        faults.check()?;
        let Some(grade) = grade.map(stored_grade) else { return Err(Code::InternalServerError.into()) };
        let today = tx.session().today();
        change(tx, &row, "problem.upgraded", |changes| {
            changes.set(problem::Column::Grade, Expr::value(grade)).set(problem::Column::GradeSince, Expr::value(today))
        })
        .await?;
        tx.insert(step(tx, row.id, ProblemAction::Escalate, Some(tx.session().user_id()), grade, reason)).await?;
        routed(tx, &row, grade).await?;
        Ok(row.id)
    }
}

/// A supervisor that shares a problem (联合督查).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ProblemJoinInput {
    /// Which problem, open.
    pub id: Id<Problem>,
    /// The version that you read.
    pub expected_version: i32,
    /// The body (督查主体), which does not share it yet.
    pub body: Gql<SupervisorBody>,
}

#[async_trait::async_trait]
impl Command for ProblemJoinInput {
    const NAME: &'static str = "problemJoin";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = open(tx, Action::Update, self.id.uuid(), self.expected_version).await?;
        let user = Some(tx.session().user_id());
        if !join(tx, row.id, self.body.0, user).await? {
            return Err(UserError::of(Code::AlreadyExists, "input.body").into());
        }
        tx.insert(step(tx, row.id, ProblemAction::Join, user, row.grade, None)).await?;
        change(tx, &row, "problem.joined", |changes| changes).await?;
        Ok(row.id)
    }
}

/// An interview (约谈记录).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ProblemInterviewRecordInput {
    /// Which problem, open and serious.
    pub id: Id<Problem>,
    /// The version that you read.
    pub expected_version: i32,
    /// With whom (被约谈人), somebody else than you.
    pub user: Id<User>,
    /// Day (约谈日期), not in the future.
    pub held_on: Given<NaiveDate>,
    /// What was said (谈话记录), 1 to 4,000 characters.
    pub record: String,
}

#[async_trait::async_trait]
impl Command for ProblemInterviewRecordInput {
    const NAME: &'static str = "problemInterviewRecord";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = open(tx, Action::Update, self.id.uuid(), self.expected_version).await?;
        let session = tx.session();
        let mut faults = Faults::default();
        if session.authority().kind == UserKind::Service {
            faults.add(UserError::of(Code::HumanDecisionRequired, "input.id"));
        }
        if row.grade != ProblemGrade::Serious {
            let (zh, en) = ("只有严重问题才约谈", "Only a serious problem brings an interview.");
            faults.add(UserError::new(Code::NotInState, "input.id", zh, en));
        }
        let with = somebody(tx, self.user.uuid(), "input.user", &mut faults).await?;
        if self.user.uuid() == session.user_id() {
            faults.add(UserError::of(Code::InvalidValue, "input.user"));
        }
        let day = self.held_on.get("input.heldOn", &mut faults);
        if day.is_some_and(|d| d > session.today()) {
            faults.add(UserError::new(Code::InvalidValue, "input.heldOn", "不得晚于今天", "Not in the future."));
        }
        let record = faults.take(checks::text(&self.record, "input.record", 4000));
        faults.check()?;
        let (Some(with), Some(day), Some(record)) = (with, day, record) else {
            return Err(Code::InternalServerError.into());
        };
        tx.insert(problem_interview::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            problem_id: Set(row.id),
            interviewee_id: Set(with.id),
            interviewer_id: Set(session.user_id()),
            held_on: Set(day),
            record: Set(record),
            created_at: Set(session.now()),
        })
        .await?;
        tx.insert(step(tx, row.id, ProblemAction::Interview, Some(session.user_id()), row.grade, None)).await?;
        change(tx, &row, "problem.interviewed", |changes| changes).await?;
        Ok(row.id)
    }
}

/// A problem mended (销号).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ProblemResolveInput {
    /// Which problem, open.
    pub id: Id<Problem>,
    /// The version that you read.
    pub expected_version: i32,
    /// How it was mended (解决情况), 1 to 1,000 characters.
    pub resolution: String,
}

#[async_trait::async_trait]
impl Command for ProblemResolveInput {
    const NAME: &'static str = "problemResolve";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = open(tx, Action::Close, self.id.uuid(), self.expected_version).await?;
        let mut faults = Faults::default();
        let resolution = faults.take(checks::text(&self.resolution, "input.resolution", 1000));
        faults.check()?;
        let (user, now) = (tx.session().user_id(), tx.session().now());
        change(tx, &row, "problem.resolved", |changes| {
            changes
                .set(problem::Column::State, Expr::value(ProblemState::Resolved))
                .set(problem::Column::Resolution, Expr::value(resolution.clone()))
                .set(problem::Column::ResolvedBy, Expr::value(user))
                .set(problem::Column::ResolvedAt, Expr::value(now))
        })
        .await?;
        tx.insert(step(tx, row.id, ProblemAction::Resolve, Some(user), row.grade, resolution)).await?;
        Ok(row.id)
    }
}
