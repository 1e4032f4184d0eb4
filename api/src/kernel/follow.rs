//! Following what happens to an object (订阅): first what the outbox has, then everything as it happens, each once and
//! in order, and only what its audience may hear at that moment.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use entities::outbox;
use futures::{Stream, stream};
use sea_orm::{ColumnTrait, Condition, ExprTrait, Order};
use serde_json::Value as Json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

use crate::kernel::{
    bus::Hint,
    error::{ApiError, Code},
    id::parse,
    platform::Platform,
    session::{RequestInfo, Session},
    tx::Tx,
};

/// How long at most until the outbox is looked at again, should a hint get lost.
const TICK: Duration = Duration::from_secs(5);
/// Events read at once.
const BATCH: u64 = 100;

/// A kind of object that can be followed. Whoever writes its events holds its row, so that they have one order.
#[async_trait::async_trait]
pub trait Followed: Send + Sync + 'static {
    /// Its GraphQL type, as its events name it.
    const TYPE: &'static str;
    /// The name under which an event's payload has the part of the object that it happened to, as a published id.
    const PART: &'static str;

    /// Checks the caller's right to the object, or answers "not found".
    async fn gate(tx: &Tx, object: Uuid) -> Result<(), ApiError>;

    /// Which of these parts the caller may hear of.
    async fn audible(tx: &Tx, object: Uuid, parts: Vec<Uuid>) -> Result<Vec<Uuid>, ApiError>;
}

/// Something that happened to an object.
pub struct Happened {
    /// The event as it was written.
    pub event: outbox::Model,
    /// The part of the object that it happened to, as a published id.
    pub part: Option<String>,
}

/// The events of an object after one of them, or from the beginning. Refused at once, not at the first event.
pub async fn follow<F: Followed>(
    session: &Session,
    object: Uuid,
    after: Option<Uuid>,
) -> Result<impl Stream<Item = Result<Happened, ApiError>> + use<F>, ApiError> {
    // Heard before it is looked at, so that nothing falls between.
    let hints = session.platform().bus().listen();
    let mut follower = Follower {
        platform: session.platform().clone(),
        tenant: session.tenant().id,
        user: session.user_id(),
        session: session.session_id(),
        request: session.request().clone(),
        object,
        hints,
        position: None,
        pending: vec![],
    };
    let tx = session.read().await?;
    let position = follower.resume::<F>(&tx, after).await;
    tx.rollback().await?;
    follower.position = position?;
    Ok(stream::unfold(Some(follower), |state| async {
        let mut follower = state?;
        match follower.next::<F>().await {
            Ok(event) => Some((Ok(event), Some(follower))),
            // Whoever may no longer read hears so, and then nothing more.
            Err(error) => Some((Err(error), None)),
        }
    }))
}

struct Follower {
    platform: Arc<Platform>,
    tenant: Uuid,
    user: Uuid,
    session: Option<Uuid>,
    request: RequestInfo,
    object: Uuid,
    hints: Receiver<Hint>,
    /// Version and id of the last event read.
    position: Option<(i32, Uuid)>,
    /// Events read and not handed out yet, the next one last.
    pending: Vec<outbox::Model>,
}

impl Follower {
    async fn resume<F: Followed>(&self, tx: &Tx, after: Option<Uuid>) -> Result<Option<(i32, Uuid)>, ApiError> {
        F::gate(tx, self.object).await?;
        let Some(after) = after else { return Ok(None) };
        let event =
            tx.parts::<outbox::Entity>().id(after).filter(outbox::Column::ObjectId.eq(self.object)).one().await?;
        let event = event.ok_or(ApiError::of(Code::NotFound).at("after"))?;
        Ok(Some((event.object_version, event.id)))
    }

    /// The next event that the caller may hear of, with the right checked now.
    async fn next<F: Followed>(&mut self) -> Result<Happened, ApiError> {
        loop {
            if self.pending.is_empty() && !self.read::<F>().await? {
                self.wait().await?;
                continue;
            }
            let audible = self.audible::<F>().await?;
            while let Some(event) = self.pending.pop() {
                let part = part::<F>(&event);
                if part.is_none_or(|part| audible.contains(&uuid(part))) {
                    let part = part.map(str::to_string);
                    return Ok(Happened { event, part });
                }
            }
        }
    }

    /// Reads what is new; tells whether there was anything.
    async fn read<F: Followed>(&mut self) -> Result<bool, ApiError> {
        let tx = self.session().await?.read().await?;
        let mut rows = tx
            .parts::<outbox::Entity>()
            .filter(outbox::Column::ObjectId.eq(self.object))
            .filter(outbox::Column::ObjectType.eq(F::TYPE));
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

    /// Checks the right anew, and says of which parts among what was read the caller may hear.
    async fn audible<F: Followed>(&self) -> Result<BTreeSet<Uuid>, ApiError> {
        let parts: BTreeSet<Uuid> = self.pending.iter().filter_map(part::<F>).map(uuid).collect();
        let tx = self.session().await?.read().await?;
        let audible = async {
            F::gate(&tx, self.object).await?;
            F::audible(&tx, self.object, parts.into_iter().collect()).await
        };
        let audible = audible.await;
        tx.rollback().await?;
        Ok(audible?.into_iter().collect())
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

fn part<F: Followed>(event: &outbox::Model) -> Option<&str> {
    event.payload.get(F::PART).and_then(Json::as_str)
}

/// Nil, which no row has, for what is no id.
fn uuid(published: &str) -> Uuid {
    parse(published).map_or(Uuid::nil(), |(_, id)| id)
}
