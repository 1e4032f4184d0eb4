//! What happens to an item of work and its tasks, as it happens (事项动态).

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entities::{task, work_item};
use futures::{Stream, StreamExt};
use policies::Action;
use sea_orm::ColumnTrait;
use uuid::Uuid;

use crate::{
    graph::{scalars::Published, schema::required},
    kernel::{
        error::ApiError,
        follow::{Followed, Happened, follow},
        id::{Id, ObjectType, publish},
        tx::Tx,
    },
    modules::tasks::catalogue::WorkItem,
    object_type,
};

object_type!(
    /// An event (事件).
    Event, "WorkItemEvent", "wev"
);

/// Something that happened to an item of work or to a task of it (事项动态). It says no more than what to read again.
#[derive(SimpleObject, Clone)]
pub struct WorkItemEvent {
    /// Id of the event; give it as `after` to go on from here.
    id: ID,
    /// What happened (事件类型), as in `task.accepted` or `workItem.closed`.
    #[graphql(name = "type")]
    topic: String,
    /// Which of the item's events it is (序号), from 1.
    number: i32,
    /// When (时间).
    at: Published<DateTime<Utc>>,
    /// The item, and the task if it happened to one.
    object_ids: Vec<ID>,
}

/// Events of items of work.
#[derive(Default)]
pub struct TaskSubscriptions;

/// Events of items of work.
#[Subscription]
impl TaskSubscriptions {
    /// What happens to an item of work and its tasks (事项动态): first what has happened since `after`, then everything as
    /// it happens. Your right is checked again at every event; you hear of tasks that you may read.
    /// Permission: `work_item:read`, and `task:read` for what happens to tasks. I-04.
    async fn work_item_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item (事项).")] work_item: Id<WorkItem>,
        #[graphql(desc = "The last event you have had; from the beginning unless given.")] after: Option<Id<Event>>,
    ) -> Result<impl Stream<Item = Result<WorkItemEvent>>> {
        let events = follow::<Progress>(required(ctx)?, work_item.uuid(), after.map(|id| id.uuid())).await?;
        Ok(events.map(|happened| Ok(WorkItemEvent::from(happened?))))
    }
}

struct Progress;

#[async_trait::async_trait]
impl Followed for Progress {
    const TYPE: &'static str = WorkItem::NAME;
    const PART: &'static str = "task";

    async fn gate(tx: &Tx, item: Uuid) -> Result<(), ApiError> {
        tx.gate::<work_item::Entity>(Action::Read)?.id(item).required().await.map(|_| ())
    }

    async fn audible(tx: &Tx, item: Uuid, tasks: Vec<Uuid>) -> Result<Vec<Uuid>, ApiError> {
        let rows = tx.gate::<task::Entity>(Action::Read)?.filter(task::Column::ItemId.eq(item));
        Ok(rows.filter(task::Column::Id.is_in(tasks)).all().await?.into_iter().map(|task| task.id).collect())
    }
}

impl From<Happened> for WorkItemEvent {
    fn from(Happened { event, part }: Happened) -> Self {
        Self {
            id: ID(publish(Event::PREFIX, event.id)),
            topic: event.topic,
            number: event.object_version,
            at: Published(event.created_at),
            object_ids: std::iter::once(publish(WorkItem::PREFIX, event.object_id)).chain(part).map(ID).collect(),
        }
    }
}
