//! One's own desk (我的工作台): what waits for the caller, across modules, I-04.

use async_graphql::{Enum, SimpleObject};
use entities::{
    app_user, case_item, task, task_duty, task_follow, task_notice, task_request,
    values::{CaseItemState, NoticeLevel, RequestState, TaskDutyKind, TaskState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Condition, Order};
use uuid::Uuid;

use crate::{
    graph::{payload::Ref, scalars::whole},
    kernel::{error::ApiError, session::Session, tx::Tx},
    modules::tasks::catalogue::{Task, TaskNotice},
};

/// A menu of the work platform (层级菜单), I-04.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkMenu {
    /// 任务下派
    Assign,
    /// 事项审核
    Review,
    /// 线上关注
    Follow,
    /// 定点批示
    Instruct,
}

/// One's own desk (我的工作台).
#[derive(SimpleObject)]
pub struct WorkDesk {
    /// The menus that your rights open (层级菜单).
    menus: Vec<WorkMenu>,
    /// Tasks that you carry out and have not accepted (待接收).
    to_accept: Vec<Ref<Task>>,
    /// Tasks that you carry out, accepted and not done, the next last day first (办理中).
    to_do: Vec<Ref<Task>>,
    /// Tasks reported as done that you lead, are in charge of or published (待评价).
    to_evaluate: Vec<Ref<Task>>,
    /// Tasks that you follow, those kept on top first (关注).
    followed: Vec<Ref<Task>>,
    /// Messages to you or your unit that nobody has read, the newest first, at most 50 (未签收提醒).
    unread: Vec<Ref<TaskNotice>>,
    /// How many unread messages are alerts (紧急预警数).
    alerts: i32,
    /// Requests of other units to yours that wait for an answer (待答复协作请求).
    open_requests: i32,
    /// Items of cases that your agency handles and has not finished (待办联办件).
    case_items: i32,
}

const MOST: u64 = 50;

/// Works the desk out.
pub async fn desk(session: &Session) -> Result<WorkDesk, ApiError> {
    session.require(Resource::Task, Action::Read)?;
    let tx = session.read().await?;
    let found = gather(&tx).await;
    tx.rollback().await?;
    found
}

async fn gather(tx: &Tx) -> Result<WorkDesk, ApiError> {
    let session = tx.session();
    let user = session.user_id();
    let own = tx.parts::<app_user::Entity>().id(user).required().await?;
    let may = |action| !session.reach(Resource::Task, action).is_empty();
    let menus = [
        (Action::Create, WorkMenu::Assign),
        (Action::Finish, WorkMenu::Review),
        (Action::Read, WorkMenu::Follow),
        (Action::Instruct, WorkMenu::Instruct),
    ];
    let mine = |states: Vec<TaskState>| {
        tx.parts::<task::Entity>()
            .filter(task::Column::ExecutorId.eq(user))
            .filter(task::Column::State.is_in(states))
            .order_by(task::Column::PlanEnd, Order::Asc)
            .limit(MOST)
            .all()
    };
    let unread = || {
        tx.parts::<task_notice::Entity>().filter(task_notice::Column::ReadAt.is_null()).filter(
            Condition::any()
                .add(task_notice::Column::ReceiverId.eq(user))
                .add(task_notice::Column::UnitId.eq(own.unit_id)),
        )
    };
    let alerts = unread().filter(task_notice::Column::Level.eq(NoticeLevel::Alert)).count().await?;
    let messages = unread().order_by(task_notice::Column::CreatedAt, Order::Desc).limit(MOST).all().await?;
    let requests = tx
        .parts::<task_request::Entity>()
        .filter(task_request::Column::UnitId.eq(own.unit_id))
        .filter(task_request::Column::State.eq(RequestState::Open));
    let handled = [CaseItemState::Pending, CaseItemState::Accepted];
    let cases = match session.reach(Resource::CaseItem, Action::Accept).is_empty() {
        true => 0,
        false => {
            let rows = tx.gate::<case_item::Entity>(Action::Accept)?;
            rows.filter(case_item::Column::State.is_in(handled)).count().await?
        }
    };
    Ok(WorkDesk {
        menus: menus.into_iter().filter(|(action, _)| may(*action)).map(|(_, menu)| menu).collect(),
        to_accept: refs(mine(vec![TaskState::Published]).await?.into_iter().map(|t| t.id)),
        to_do: refs(mine(vec![TaskState::Accepted, TaskState::UnderWay]).await?.into_iter().map(|t| t.id)),
        to_evaluate: refs(judged(tx, user).await?),
        followed: refs(followed(tx, user).await?),
        unread: messages.into_iter().map(|n| Ref::new(n.id)).collect(),
        alerts: whole(alerts),
        open_requests: whole(requests.count().await?),
        case_items: whole(cases),
    })
}

fn refs(ids: impl IntoIterator<Item = Uuid>) -> Vec<Ref<Task>> {
    ids.into_iter().map(Ref::new).collect()
}

async fn judged(tx: &Tx, user: Uuid) -> Result<Vec<Uuid>, ApiError> {
    let duties = tx
        .parts::<task_duty::Entity>()
        .filter(task_duty::Column::UserId.eq(user))
        .filter(task_duty::Column::Kind.is_in([TaskDutyKind::Leading, TaskDutyKind::InCharge]))
        .filter(task_duty::Column::EndedOn.is_null())
        .limit(1000)
        .all()
        .await?;
    let rows = tx.gate::<task::Entity>(Action::Finish).map(|rows| {
        rows.filter(task::Column::State.eq(TaskState::Reported)).filter(
            Condition::any()
                .add(task::Column::PublishedBy.eq(user))
                .add(task::Column::Id.is_in(duties.into_iter().map(|d| d.task_id))),
        )
    });
    let Ok(rows) = rows else { return Ok(vec![]) };
    let rows = rows.order_by(task::Column::FinishedOn, Order::Asc).limit(MOST).all().await?;
    Ok(rows.into_iter().map(|t| t.id).collect())
}

async fn followed(tx: &Tx, user: Uuid) -> Result<Vec<Uuid>, ApiError> {
    let rows = tx.parts::<task_follow::Entity>().filter(task_follow::Column::UserId.eq(user));
    let rows = rows.order_by(task_follow::Column::IsTop, Order::Desc);
    let rows = rows.order_by(task_follow::Column::CreatedAt, Order::Desc).limit(MOST).all().await?;
    // What has gone out of reach since is left out.
    let reached = tx.gate::<task::Entity>(Action::Read)?;
    let reached = reached.filter(task::Column::Id.is_in(rows.iter().map(|f| f.task_id))).all().await?;
    Ok(rows.into_iter().map(|f| f.task_id).filter(|id| reached.iter().any(|t| t.id == *id)).collect())
}
