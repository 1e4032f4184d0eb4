//! What happens to a case, as it happens (办件进度推送).

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entities::{case_item, matter_case};
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
    modules::matters::catalogue::Case,
    object_type,
};

object_type!(
    /// An event (事件).
    Event, "CaseEvent", "evt"
);

/// Something that happened to a case (办件事件). It says no more than what to read again.
#[derive(SimpleObject, Clone)]
pub struct CaseEvent {
    /// Id of the event; give it as `after` to go on from here.
    id: ID,
    /// What happened (事件类型), as in `caseItem.accepted` or `case.done`.
    #[graphql(name = "type")]
    topic: String,
    /// The case's version then.
    version: i32,
    /// When (时间).
    at: Published<DateTime<Utc>>,
    /// The case, and the item if it happened to one.
    object_ids: Vec<ID>,
}

/// Events of cases.
#[derive(Default)]
pub struct MattersSubscriptions;

/// Events of cases.
#[Subscription]
impl MattersSubscriptions {
    /// What happens to a case (办件进度): first what has happened since `after`, then everything as it happens.
    /// Your right is checked again at every event; an agency hears of its own items only.
    /// Permission: `case:read`. H-03.
    async fn case_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case (办件).")] case: Id<Case>,
        #[graphql(desc = "The last event you have had; from the beginning unless given.")] after: Option<Id<Event>>,
    ) -> Result<impl Stream<Item = Result<CaseEvent>>> {
        let events = follow::<Progress>(required(ctx)?, case.uuid(), after.map(|id| id.uuid())).await?;
        Ok(events.map(|happened| Ok(CaseEvent::from(happened?))))
    }
}

struct Progress;

#[async_trait::async_trait]
impl Followed for Progress {
    const TYPE: &'static str = Case::NAME;
    const PART: &'static str = "item";

    async fn gate(tx: &Tx, case: Uuid) -> Result<(), ApiError> {
        tx.gate::<matter_case::Entity>(Action::Read)?.id(case).required().await.map(|_| ())
    }

    async fn audible(tx: &Tx, case: Uuid, items: Vec<Uuid>) -> Result<Vec<Uuid>, ApiError> {
        let rows = tx.gate::<case_item::Entity>(Action::Read)?.filter(case_item::Column::CaseId.eq(case));
        Ok(rows.filter(case_item::Column::Id.is_in(items)).all().await?.into_iter().map(|item| item.id).collect())
    }
}

impl From<Happened> for CaseEvent {
    fn from(Happened { event, part }: Happened) -> Self {
        Self {
            id: ID(publish(Event::PREFIX, event.id)),
            topic: event.topic,
            version: event.object_version,
            at: Published(event.created_at),
            object_ids: std::iter::once(publish(Case::PREFIX, event.object_id)).chain(part).map(ID).collect(),
        }
    }
}
