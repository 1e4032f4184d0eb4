//! Binds files to tasks (资料绑定), and lays down what was prepared, agreed and checked on the way (事前、事中、事后).

use async_graphql::InputObject;
use entities::{
    attachment, task_file,
    values::{AttachmentState, FileRetention, TaskAction, TaskRecordKind},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
use serde::Serialize;
use uuid::Uuid;

use super::hold::{Step, change, duties, hold};
use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{matters::catalogue::Attachment, personnel::commands::checks, tasks::catalogue::Task},
};

/// The most files that are bound at once.
const FILES: usize = 20;

/// A file to bind to a task (资料绑定).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskFileBindInput {
    /// Which task, that you answer for in some way.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// A file that you gave, with its bytes.
    pub attachment: Id<Attachment>,
    /// Class of the file (资料类别), 1 to 50 characters.
    pub class: String,
    /// How long it is kept (保管期限).
    pub retention: Gql<FileRetention>,
    /// Where another system keeps it (跨系统引用), 1 to 200 characters.
    pub reference: Option<String>,
}

/// Binds evidence to a task; files that are bound already stay as they are.
pub async fn bind(
    tx: &Tx,
    task: Uuid,
    files: &[Id<Attachment>],
    class: &str,
    faults: &mut Faults,
) -> Result<(), Fault> {
    if files.len() > FILES {
        let (zh, en) = (format!("至多 {FILES} 个文件"), format!("Takes at most {FILES} files."));
        faults.add(UserError::new(Code::InvalidValue, "input.attachments", zh, en));
        return Ok(());
    }
    for (i, file) in files.iter().enumerate() {
        match own(tx, file.uuid()).await? {
            Some(id) => {
                let row = TaskFile { task, attachment: id, class, retention: FileRetention::TenYears, reference: None };
                row.write(tx).await?;
            }
            None => faults.add(UserError::of(Code::Unknown, format!("input.attachments.{i}"))),
        }
    }
    Ok(())
}

/// A file that the caller gave and whose bytes have come.
async fn own(tx: &Tx, id: Uuid) -> Result<Option<Uuid>, Fault> {
    let rows = tx.parts::<attachment::Entity>().id(id);
    let rows = rows.filter(attachment::Column::OwnerId.eq(tx.session().user_id()));
    Ok(rows.filter(attachment::Column::State.eq(AttachmentState::Stored)).one().await?.map(|row| row.id))
}

struct TaskFile<'a> {
    task: Uuid,
    attachment: Uuid,
    class: &'a str,
    retention: FileRetention,
    reference: Option<String>,
}

impl TaskFile<'_> {
    async fn write(self, tx: &Tx) -> Result<bool, Fault> {
        let row = task_file::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            task_id: Set(self.task),
            attachment_id: Set(self.attachment),
            class: Set(self.class.to_string()),
            retention: Set(self.retention),
            reference: Set(self.reference),
            bound_by: Set(tx.session().user_id()),
            created_at: Set(tx.session().now()),
        };
        Ok(tx.insert_new(row, [task_file::Column::TaskId, task_file::Column::AttachmentId]).await?)
    }
}

#[async_trait::async_trait]
impl Command for TaskFileBindInput {
    const NAME: &'static str = "taskFileBind";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Submit, self.id.uuid(), Some(self.expected_version)).await?.task;
        let mut faults = Faults::default();
        faults.take(takes_part(tx, task.id).await?);
        let class = faults.take(checks::text(&self.class, "input.class", 50));
        let reference = self.reference.as_ref().and_then(|r| faults.take(checks::text(r, "input.reference", 200)));
        let file = own(tx, self.attachment.uuid()).await?;
        if file.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.attachment"));
        }
        faults.check()?;
        let (Some(class), Some(attachment)) = (class, file) else { return Err(Code::InternalServerError.into()) };
        let row = TaskFile { task: task.id, attachment, class: &class, retention: self.retention.0, reference };
        if !row.write(tx).await? {
            return Err(UserError::of(Code::AlreadyExists, "input.attachment").into());
        }
        let done = Step { action: TaskAction::File, topic: "task.file", note: Some(&class), percent: None };
        change(tx, &task, done, |changes| changes).await?;
        Ok(task.id)
    }
}

/// The caller answers for the task in some way.
pub async fn takes_part(tx: &Tx, task: Uuid) -> Result<Result<(), UserError>, Fault> {
    let people = duties(tx, task).await?;
    let user = tx.session().user_id();
    Ok(if people.iter().any(|d| d.user_id == user) {
        Ok(())
    } else {
        Err(UserError::of(Code::NotResponsible, "input.id"))
    })
}

/// What was prepared, agreed or checked (工作留痕).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskRecordAddInput {
    /// Which task, that you answer for in some way.
    pub id: Id<Task>,
    /// The version that you read.
    pub expected_version: i32,
    /// Before, during or after the work (环节), or how whoever carries the task out did in a key moment (关键时刻表现),
    /// which he does not record himself and which his ledger shows.
    pub kind: Gql<TaskRecordKind>,
    /// In words (内容), 1 to 1,000 characters.
    pub note: String,
}

#[async_trait::async_trait]
impl Command for TaskRecordAddInput {
    const NAME: &'static str = "taskRecordAdd";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Submit, self.id.uuid(), Some(self.expected_version)).await?.task;
        let mut faults = Faults::default();
        faults.take(takes_part(tx, task.id).await?);
        let his_own = task.executor_id == Some(tx.session().user_id());
        if self.kind.0 == TaskRecordKind::KeyMoment && (his_own || task.executor_id.is_none()) {
            let (zh, en) =
                ("关键时刻表现由他人为执行责任人记录", "Somebody else records it of the one who carries it out.");
            faults.add(UserError::new(Code::NotResponsible, "input.kind", zh, en));
        }
        let note = faults.take(checks::text(&self.note, "input.note", 1000));
        faults.check()?;
        let action = match self.kind.0 {
            TaskRecordKind::Prepare => TaskAction::Prepare,
            TaskRecordKind::Contact => TaskAction::Contact,
            TaskRecordKind::Check => TaskAction::Check,
            TaskRecordKind::KeyMoment => TaskAction::KeyMoment,
        };
        let done = Step { action, topic: "task.recorded", note: note.as_deref(), percent: Some(task.percent) };
        change(tx, &task, done, |changes| changes).await?;
        Ok(task.id)
    }
}
