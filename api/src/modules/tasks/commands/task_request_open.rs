//! What one unit asks of another for a task (跨部门协作请求), the answer, and the receipt of messages (签收).

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    task_notice, task_request, unit,
    values::{NoticeKind, NoticeLevel, RequestState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    files::takes_part,
    hold::hold,
    notices::{Notice, To, send},
};
use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::{catalogue::Unit, commands::version_mismatch},
        personnel::commands::checks,
        tasks::catalogue::{Task, TaskNotice, TaskRequest},
    },
};

/// A request (协作请求).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskRequestOpenInput {
    /// Which task, that you answer for in some way.
    pub task: Id<Task>,
    /// Who is asked (承接单位), another unit than the task's.
    pub unit: Id<Unit>,
    /// What is asked (请求内容), 1 to 1,000 characters.
    pub text: String,
    /// Last day (期限), not in the past.
    pub due_on: Given<NaiveDate>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for TaskRequestOpenInput {
    const NAME: &'static str = "taskRequestOpen";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Submit, self.task.uuid(), None).await?.task;
        let mut faults = Faults::default();
        faults.take(takes_part(tx, task.id).await?);
        let text = faults.take(checks::text(&self.text, "input.text", 1000));
        let due = self.due_on.get("input.dueOn", &mut faults);
        if due.is_some_and(|d| d < tx.session().today()) {
            faults.add(UserError::new(Code::InvalidValue, "input.dueOn", "不得早于今天", "Not in the past."));
        }
        let asked = tx.parts::<unit::Entity>().id(self.unit.uuid()).one().await?;
        match &asked {
            None => faults.add(UserError::of(Code::Unknown, "input.unit")),
            Some(unit) if unit.id == task.unit_id => faults.add(UserError::of(Code::SameUnit, "input.unit")),
            Some(_) => {}
        }
        faults.check()?;
        let (Some(text), Some(due), Some(asked)) = (text, due, asked) else {
            return Err(Code::InternalServerError.into());
        };
        let (id, user) = (tx.new_id(), tx.session().user_id());
        tx.insert(task_request::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            task_id: Set(task.id),
            from_unit_id: Set(task.unit_id),
            unit_id: Set(asked.id),
            text: Set(text.clone()),
            due_on: Set(due),
            state: Set(RequestState::Open),
            answer: Set(None),
            asked_by: Set(user),
            answered_by: Set(None),
            answered_at: Set(None),
            version: Set(1),
            created_at: Set(tx.session().now()),
        })
        .await?;
        let notice = Notice {
            task: Some(task.id),
            problem: None,
            to: To::Unit(asked.id),
            kind: NoticeKind::Request,
            level: NoticeLevel::Warning,
            text: &text,
            sender: Some(user),
            key: format!("REQUEST:{id}"),
        };
        send(tx, notice).await?;
        tx.touched("TaskRequest", id, json!({ "dueOn": due }));
        tx.emit("taskRequest.opened", "TaskRequest", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// The answer to a request (协作答复).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskRequestAnswerInput {
    /// Which request, open, to your unit.
    pub id: Id<TaskRequest>,
    /// The version that you read.
    pub expected_version: i32,
    /// The answer (答复), 1 to 1,000 characters.
    pub answer: String,
}

#[async_trait::async_trait]
impl Command for TaskRequestAnswerInput {
    const NAME: &'static str = "taskRequestAnswer";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<task_request::Entity>(Action::Submit)?.id(self.id.uuid()).lock().required().await?;
        if row.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        let answer = faults.take(checks::text(&self.answer, "input.answer", 1000));
        let own = tx.parts::<entities::app_user::Entity>().id(tx.session().user_id()).required().await?;
        if own.unit_id != row.unit_id {
            faults.add(UserError::of(Code::NotResponsible, "input.id"));
        }
        if row.state != RequestState::Open {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        let now = tx.session().now();
        tx.change::<task_request::Entity>()
            .id(row.id)
            .set(task_request::Column::State, Expr::value(RequestState::Answered))
            .set(task_request::Column::Answer, Expr::value(answer))
            .set(task_request::Column::AnsweredBy, Expr::value(tx.session().user_id()))
            .set(task_request::Column::AnsweredAt, Expr::value(now))
            .set(task_request::Column::Version, Expr::value(row.version + 1))
            .run()
            .await?;
        tx.touched("TaskRequest", row.id, json!({}));
        tx.emit("taskRequest.answered", "TaskRequest", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}

/// The receipt of a message (签收).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskNoticeReadInput {
    /// Which message, to you or to your unit. Read again, it keeps its first receipt.
    pub id: Id<TaskNotice>,
}

#[async_trait::async_trait]
impl Command for TaskNoticeReadInput {
    const NAME: &'static str = "taskNoticeRead";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Read);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let notice = tx.gate::<task_notice::Entity>(Action::Read)?.id(self.id.uuid()).required().await?;
        let user = tx.session().user_id();
        let own = tx.parts::<entities::app_user::Entity>().id(user).required().await?;
        if notice.receiver_id != Some(user) && notice.unit_id != Some(own.unit_id) {
            return Err(UserError::of(Code::NotResponsible, "input.id").into());
        }
        tx.change::<task_notice::Entity>()
            .id(notice.id)
            .filter(task_notice::Column::ReadAt.is_null())
            .set(task_notice::Column::ReadAt, Expr::value(tx.session().now()))
            .set(task_notice::Column::ReadBy, Expr::value(user))
            .run()
            .await?;
        tx.touched("TaskNotice", notice.id, json!({ "read": true }));
        Ok(notice.id)
    }
}
