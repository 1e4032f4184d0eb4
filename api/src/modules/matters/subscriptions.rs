//! What happens to a case, as it happens (办件进度推送).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entities::{case_item, matter_case, outbox};
use futures::{Stream, stream};
use policies::Action;
use sea_orm::{ColumnTrait, Condition, ExprTrait, Order};
use serde_json::Value as Json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

use crate::{
    graph::{scalars::Published, schema::required},
    kernel::{
        bus::Hint,
        error::{ApiError, Code},
        id::{Id, ObjectType, publish},
        platform::Platform,
        session::{RequestInfo, Session},
        tx::Tx,
    },
    modules::matters::catalogue::{Case, CaseItem},
    object_type,
};

object_type!(
    /// An event (事件).
    Event, "CaseEvent", "evt"
);

/// How long at most until the outbox is looked at again, should a hint get lost.
const TICK: Duration = Duration::from_secs(5);
/// Events read at once.
const BATCH: u64 = 100;

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
        let session = required(ctx)?;
        let hints = session.platform().bus().listen();
        let mut follower = Follower {
            platform: session.platform().clone(),
            tenant: session.tenant().id,
            user: session.user_id(),
            session: session.session_id(),
            request: session.request().clone(),
            case: case.uuid(),
            hints,
            position: None,
            pending: vec![],
        };
        // Refused at once, not at the first event.
        follower.start(session, after.map(|id| id.uuid())).await?;
        Ok(stream::unfold(Some(follower), |state| async {
            let mut follower = state?;
            match follower.next().await {
                Ok(event) => Some((Ok(event), Some(follower))),
                // Whoever may no longer read hears so, and then nothing more.
                Err(error) => Some((Err(error.into()), None)),
            }
        }))
    }
}

struct Follower {
    platform: Arc<Platform>,
    tenant: Uuid,
    user: Uuid,
    session: Option<Uuid>,
    request: RequestInfo,
    case: Uuid,
    hints: Receiver<Hint>,
    /// Version and id of the last event read; events of a case have one order.
    position: Option<(i32, Uuid)>,
    /// Events read and not handed out yet, the next one last.
    pending: Vec<outbox::Model>,
}

impl Follower {
    async fn start(&mut self, session: &Session, after: Option<Uuid>) -> Result<(), ApiError> {
        let tx = session.begin().await?;
        let position = self.resume(&tx, after).await;
        tx.rollback().await?;
        self.position = position?;
        Ok(())
    }

    async fn resume(&self, tx: &Tx, after: Option<Uuid>) -> Result<Option<(i32, Uuid)>, ApiError> {
        tx.gate::<matter_case::Entity>(Action::Read)?.id(self.case).required().await?;
        let Some(after) = after else { return Ok(None) };
        let event = tx.parts::<outbox::Entity>().id(after).filter(outbox::Column::ObjectId.eq(self.case)).one().await?;
        let event = event.ok_or(ApiError::of(Code::NotFound).at("after"))?;
        Ok(Some((event.object_version, event.id)))
    }

    /// The next event that the caller may hear of, with the right checked now.
    async fn next(&mut self) -> Result<CaseEvent, ApiError> {
        loop {
            if self.pending.is_empty() && !self.read().await? {
                self.wait().await?;
                continue;
            }
            let visible = self.visible().await?;
            while let Some(row) = self.pending.pop() {
                let item = row.payload.get("item").and_then(Json::as_str).map(str::to_string);
                if item.as_ref().is_none_or(|item| visible.contains(item)) {
                    return Ok(event(row, item));
                }
            }
        }
    }

    /// Reads what is new; tells whether there was anything.
    async fn read(&mut self) -> Result<bool, ApiError> {
        let tx = self.session().await?.begin().await?;
        let mut rows = tx
            .parts::<outbox::Entity>()
            .filter(outbox::Column::ObjectId.eq(self.case))
            .filter(outbox::Column::ObjectType.eq(Case::NAME));
        if let Some((version, id)) = self.position {
            let same = outbox::Column::ObjectVersion.eq(version).and(outbox::Column::Id.gt(id));
            rows = rows.filter(Condition::any().add(outbox::Column::ObjectVersion.gt(version)).add(same));
        }
        let mut rows = rows
            .order_by(outbox::Column::ObjectVersion, Order::Asc)
            .order_by(outbox::Column::Id, Order::Asc)
            .limit(BATCH)
            .all()
            .await?;
        tx.rollback().await?;
        if let Some(last) = rows.last() {
            self.position = Some((last.object_version, last.id));
        }
        rows.reverse();
        self.pending = rows;
        Ok(!self.pending.is_empty())
    }

    /// Checks the right anew, and says of which items the caller may hear.
    async fn visible(&self) -> Result<BTreeSet<String>, ApiError> {
        let tx = self.session().await?.begin().await?;
        let items = readable(&tx, self.case).await;
        tx.rollback().await?;
        Ok(items?.into_iter().map(|item| publish(CaseItem::PREFIX, item.id)).collect())
    }

    async fn session(&self) -> Result<Session, ApiError> {
        self.platform.session(self.tenant, self.user, self.session, self.request.clone()).await
    }

    /// Waits for a hint of this tenant or the next tick.
    async fn wait(&mut self) -> Result<(), ApiError> {
        let hinted = async {
            loop {
                match self.hints.recv().await {
                    Ok(Hint::Events(tenant)) if tenant == self.tenant => return Ok(()),
                    Ok(_) => {}
                    // Hints were dropped: look.
                    Err(RecvError::Lagged(_)) => return Ok(()),
                    Err(RecvError::Closed) => return Err(ApiError::of(Code::Unavailable)),
                }
            }
        };
        tokio::time::timeout(TICK, hinted).await.unwrap_or(Ok(()))
    }
}

async fn readable(tx: &Tx, case: Uuid) -> Result<Vec<case_item::Model>, ApiError> {
    tx.gate::<matter_case::Entity>(Action::Read)?.id(case).required().await?;
    tx.gate::<case_item::Entity>(Action::Read)?.filter(case_item::Column::CaseId.eq(case)).all().await
}

fn event(row: outbox::Model, item: Option<String>) -> CaseEvent {
    CaseEvent {
        id: ID(publish(Event::PREFIX, row.id)),
        topic: row.topic,
        version: row.object_version,
        at: Published(row.created_at),
        object_ids: std::iter::once(publish(Case::PREFIX, row.object_id)).chain(item).map(ID).collect(),
    }
}
