//! Messages that say a thing once (提醒), I-04: the key decides, however many send it at the same moment.

use entities::{
    task, task_duty, task_link, task_notice,
    values::{NoticeKind, NoticeLevel, TaskDutyKind, TaskState},
};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use super::hold::{duties, executor};
use crate::kernel::{error::ApiError, tx::Inner};

/// A message to be sent.
pub struct Notice<'a> {
    /// The task.
    pub task: Option<Uuid>,
    /// The problem.
    pub problem: Option<Uuid>,
    /// To whom.
    pub to: To,
    /// What it is about.
    pub kind: NoticeKind,
    /// How urgent.
    pub level: NoticeLevel,
    /// In words.
    pub text: &'a str,
    /// Who sends it; none for the platform.
    pub sender: Option<Uuid>,
    /// What it says only once.
    pub key: String,
}

/// A receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A person.
    User(Uuid),
    /// A unit.
    Unit(Uuid),
}

/// Sends a message unless it has been sent; tells whether it was.
pub async fn send(tx: &Inner, notice: Notice<'_>) -> Result<bool, ApiError> {
    Ok(!send_all(tx, [notice]).await?.is_empty())
}

/// Sends those messages that have not been sent; tells which.
pub async fn send_all<'a>(
    tx: &Inner,
    notices: impl IntoIterator<Item = Notice<'a>>,
) -> Result<Vec<task_notice::Model>, ApiError> {
    let rows = notices.into_iter().map(|notice| row(tx, notice)).collect();
    tx.insert_missing(rows, [task_notice::Column::Key]).await
}

fn row(tx: &Inner, notice: Notice<'_>) -> task_notice::ActiveModel {
    let (receiver, unit) = match notice.to {
        To::User(user) => (Some(user), None),
        To::Unit(unit) => (None, Some(unit)),
    };
    task_notice::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        task_id: Set(notice.task),
        problem_id: Set(notice.problem),
        receiver_id: Set(receiver),
        unit_id: Set(unit),
        kind: Set(notice.kind),
        level: Set(notice.level),
        text: Set(notice.text.to_string()),
        sender_id: Set(notice.sender),
        key: Set(notice.key),
        created_at: Set(tx.now()),
        read_at: Set(None),
        read_by: Set(None),
    }
}

/// Tells everybody who answers for a task.
pub async fn tell_all(
    tx: &Inner,
    task: &task::Model,
    kind: NoticeKind,
    text: &str,
    sender: Uuid,
) -> Result<(), ApiError> {
    for duty in duties(tx, task.id).await? {
        let key = format!("{}:{}:{}:{}", entities::CodeEnum::as_str(kind), task.id, task.version, duty.user_id);
        let to = To::User(duty.user_id);
        let (task, sender, level) = (Some(task.id), Some(sender), NoticeLevel::Warning);
        send(tx, Notice { task, problem: None, to, kind, level, text, sender, key }).await?;
    }
    Ok(())
}

/// When a task is done, the units of those that come after it hear so, each once (I-04).
pub async fn tell_next(tx: &Inner, done: &task::Model) -> Result<(), ApiError> {
    let links = tx.parts::<task_link::Entity>().filter(task_link::Column::AfterId.eq(done.id)).all().await?;
    for link in links {
        let next = tx.parts::<task::Entity>().id(link.task_id).required().await?;
        if matches!(next.state, TaskState::Withdrawn | TaskState::Evaluated) {
            continue;
        }
        let text = format!("上一环节“{}”已完成，请办理“{}”", done.title, next.title);
        let notice = Notice {
            task: Some(next.id),
            problem: None,
            to: To::Unit(next.unit_id),
            kind: NoticeKind::NextTask,
            level: NoticeLevel::Info,
            text: &text,
            sender: None,
            key: format!("NEXT:{}:{}", done.id, next.id),
        };
        send(tx, notice).await?;
    }
    Ok(())
}

/// When the last open task below another is done, whoever carries out the other hears so, once.
pub async fn tell_parent(tx: &Inner, parent: &task::Model) -> Result<(), ApiError> {
    let text = format!("“{}”的下级任务已全部完成", parent.title);
    let to = executor(&duties(tx, parent.id).await?).map_or(To::Unit(parent.unit_id), To::User);
    let notice = Notice {
        task: Some(parent.id),
        problem: None,
        to,
        kind: NoticeKind::ChildrenDone,
        level: NoticeLevel::Info,
        text: &text,
        sender: None,
        key: format!("BELOW:{}", parent.id),
    };
    send(tx, notice).await?;
    Ok(())
}

/// An instruction to a person, with copies to those who lead the levels in between (I-04).
pub async fn instruct(
    tx: &Inner,
    task: &task::Model,
    above: &[task::Model],
    receivers: &[Uuid],
    text: &str,
    sender: Uuid,
) -> Result<(), ApiError> {
    let stamp = tx.new_id();
    let base = |to: Uuid, kind, level| Notice {
        task: Some(task.id),
        problem: None,
        to: To::User(to),
        kind,
        level,
        text,
        sender: Some(sender),
        key: format!("INSTRUCT:{stamp}:{to}"),
    };
    for user in receivers {
        send(tx, base(*user, NoticeKind::Instruction, NoticeLevel::Warning)).await?;
    }
    let mut between: Vec<task_duty::Model> = duties(tx, task.id).await?;
    for node in above {
        between.extend(duties(tx, node.id).await?);
    }
    for duty in between {
        let leads = matches!(duty.kind, TaskDutyKind::Leading | TaskDutyKind::InCharge);
        if leads && duty.user_id != sender {
            send(tx, base(duty.user_id, NoticeKind::InstructionCopy, NoticeLevel::Info)).await?;
        }
    }
    Ok(())
}
