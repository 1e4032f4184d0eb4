//! Says who answers for a task (定责), and passes it on (转办): what was done until then stays with the predecessor.

use async_graphql::InputObject;
use entities::{
    app_user, appointment, cadre, task, task_duty,
    values::{CadreState, NoticeKind, NoticeLevel, TaskAction, TaskDutyKind, UserState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use uuid::Uuid;

use super::{
    hold::{Step, change, duties, executor, hold, must_execute, refused, state_of},
    notices::{Notice, To, send},
    task_create::level_of,
};
use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::catalogue::User,
        personnel::commands::checks,
        tasks::{
            catalogue::Task,
            rules::course::co_handler,
            settings::{self, post_place},
        },
    },
};

/// Who answers for a task (责任人).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskDutySetInput {
    /// Which task.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Kind of responsibility (责任类型); there are several who assist, and one of each other kind.
    pub kind: Gql<TaskDutyKind>,
    /// Who (责任人), of any unit. The main handler is no co-handler as well.
    pub user: Id<User>,
}

/// Passing a task on (转办).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForwardInput {
    /// Which task, not done, that you carry out.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// To whom (接办人).
    pub user: Id<User>,
    /// Why (转办理由), 1 to 1,000 characters.
    pub reason: String,
}

/// An active user of the tenant.
pub async fn somebody(tx: &Tx, user: Uuid, field: &str, faults: &mut Faults) -> Result<Option<app_user::Model>, Fault> {
    let row =
        tx.parts::<app_user::Entity>().id(user).filter(app_user::Column::State.eq(UserState::Active)).one().await?;
    if row.is_none() {
        faults.add(UserError::of(Code::Unknown, field));
    }
    Ok(row)
}

/// Puts somebody in a place, whose present holder leaves what he has reached.
pub async fn put(tx: &Tx, task: &task::Model, kind: TaskDutyKind, user: &app_user::Model) -> Result<(), Fault> {
    let today = tx.session().today();
    if kind != TaskDutyKind::Assisting {
        tx.change::<task_duty::Entity>()
            .filter(task_duty::Column::TaskId.eq(task.id))
            .filter(task_duty::Column::Kind.eq(kind))
            .filter(task_duty::Column::EndedOn.is_null())
            .set(task_duty::Column::EndedOn, Expr::value(today))
            .set(task_duty::Column::LeftPercent, Expr::value(task.percent))
            .run()
            .await?;
    }
    if kind == TaskDutyKind::Executing {
        tx.change::<task::Entity>().id(task.id).set(task::Column::ExecutorId, Expr::value(user.id)).run().await?;
    }
    let matched = if kind == TaskDutyKind::Leading { level_matched(tx, task, user).await? } else { None };
    tx.insert(task_duty::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        task_id: Set(task.id),
        kind: Set(kind),
        user_id: Set(user.id),
        unit_id: Set(user.unit_id),
        started_on: Set(today),
        ended_on: Set(None),
        inherited_percent: Set(task.percent),
        left_percent: Set(None),
        is_level_matched: Set(matched),
    })
    .await?;
    Ok(())
}

/// Whether the main post of whoever is to lead a task is of the level that owns it; none where no post is known. It is a
/// finding, not a refusal: who is missing at a level is often led by somebody of another for a while.
async fn level_matched(tx: &Tx, task: &task::Model, user: &app_user::Model) -> Result<Option<bool>, Fault> {
    let Some(person) = user.person_id else { return Ok(None) };
    let cadre = tx
        .parts::<cadre::Entity>()
        .filter(cadre::Column::PersonId.eq(person))
        .filter(cadre::Column::State.is_in([CadreState::Probation, CadreState::Serving, CadreState::Retiring]))
        .one()
        .await?;
    let Some(cadre) = cadre else { return Ok(None) };
    let post = tx
        .parts::<appointment::Entity>()
        .filter(appointment::Column::CadreId.eq(cadre.id))
        .filter(appointment::Column::IsMain.eq(true))
        .filter(appointment::Column::EndedOn.is_null())
        .one()
        .await?;
    let owners = settings::on(tx, tx.session().today()).await?.owners;
    Ok(post.map(|post| owners.own(level_of(task.level), post_place(post.level))))
}

/// Whether somebody may take a place among those there are.
pub fn fits(people: &[task_duty::Model], kind: TaskDutyKind, user: Uuid, field: &str) -> Result<(), UserError> {
    if people.iter().any(|d| d.kind == kind && d.user_id == user) {
        return Err(UserError::of(Code::AlreadyExists, field));
    }
    let assists = people.iter().any(|d| d.kind == TaskDutyKind::Assisting && d.user_id == user);
    let pair = match kind {
        TaskDutyKind::Assisting => co_handler(executor(people).as_ref(), &user),
        TaskDutyKind::Executing if assists => co_handler(Some(&user), &user),
        _ => Ok(()),
    };
    pair.map_err(|r| refused(r, field))
}

#[async_trait::async_trait]
impl Command for TaskDutySetInput {
    const NAME: &'static str = "taskDutySet";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Update, self.id.uuid(), Some(self.expected_version)).await?.task;
        let people = duties(tx, task.id).await?;
        let mut faults = Faults::default();
        let user = somebody(tx, self.user.uuid(), "input.user", &mut faults).await?;
        if user.is_some() {
            faults.take(fits(&people, self.kind.0, self.user.uuid(), "input.user"));
        }
        if state_of(task.state).is_done() || task.state == entities::values::TaskState::Withdrawn {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        let Some(user) = user else { return Err(Code::InternalServerError.into()) };
        put(tx, &task, self.kind.0, &user).await?;
        let assists = self.kind.0 == TaskDutyKind::Assisting;
        let action = if assists { TaskAction::CoHandler } else { TaskAction::Update };
        let note = Some(user.name.as_str());
        change(tx, &task, Step { action, topic: "task.duty", note, percent: Some(task.percent) }, |c| c).await?;
        Ok(task.id)
    }
}

#[async_trait::async_trait]
impl Command for TaskForwardInput {
    const NAME: &'static str = "taskForward";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Transfer);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Transfer, self.id.uuid(), Some(self.expected_version)).await?.task;
        let people = duties(tx, task.id).await?;
        let mut faults = Faults::default();
        faults.take(must_execute(tx, &people));
        let user = somebody(tx, self.user.uuid(), "input.user", &mut faults).await?;
        if user.is_some() {
            faults.take(fits(&people, TaskDutyKind::Executing, self.user.uuid(), "input.user"));
        }
        if !state_of(task.state).is_open() {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        let reason = faults.take(checks::text(&self.reason, "input.reason", 1000));
        faults.check()?;
        let (Some(user), Some(reason)) = (user, reason) else { return Err(Code::InternalServerError.into()) };
        put(tx, &task, TaskDutyKind::Executing, &user).await?;
        let text = format!("任务“{}”转由您办理：{reason}", task.title);
        let notice = Notice {
            task: Some(task.id),
            problem: None,
            to: To::User(user.id),
            kind: NoticeKind::Forwarded,
            level: NoticeLevel::Warning,
            text: &text,
            sender: Some(tx.session().user_id()),
            key: format!("FORWARDED:{}:{}", task.id, task.version),
        };
        send(tx, notice).await?;
        let note = Some(reason.as_str());
        let percent = Some(task.percent);
        change(tx, &task, Step { action: TaskAction::Forward, topic: "task.forwarded", note, percent }, |c| c).await?;
        Ok(task.id)
    }
}
