//! How a change happens: right, rule, rows, event, audit and idempotency in one transaction.

use chrono::TimeDelta;
use entities::{audit, idempotency};
use policies::{Action, Resource};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::kernel::{
    error::{ApiError, Code, Fault, UserError},
    session::Session,
    tx::{Advice, Tx},
};

/// One business action. Its fields are the client's input.
#[async_trait::async_trait]
pub trait Command: Serialize + Send + Sync {
    /// The mutation's name; also the action in the audit record.
    const NAME: &'static str;
    /// The right without which it is not even tried.
    const RIGHT: (Resource, Action);
    /// Whether an outcome is kept under a client's key. Not where the outcome is a secret: it would be kept in clear.
    const KEYED: bool = true;
    /// What it returns: references to the objects that it changed.
    type Output: Serialize + DeserializeOwned + Send;

    /// The client's key, where the action takes one.
    fn idempotency_key(&self) -> Option<&str> {
        None
    }

    /// Asks, before the transaction begins, what is not to be waited for within it. `run` finds the answer in
    /// `Tx::advice`, and says so with `Code::Conflict` if it was about something that is not so any more.
    async fn prepare(&self, _session: &Session) -> Result<Advice, Fault> {
        Ok(Advice::default())
    }

    /// Loads through the gate, decides by pure rules, applies.
    async fn run(&self, tx: &Tx) -> Result<Self::Output, Fault>;

    /// What is put on record of an input that was refused, where it is worth knowing who has tried it. It is written when
    /// the command's own transaction is over.
    fn refused(&self, _errors: &[UserError]) -> Option<Note> {
        None
    }
}

/// A line of the audit record about something that was not done.
#[derive(Debug)]
pub struct Note {
    /// What the record calls it.
    pub action: &'static str,
    /// GraphQL type of the object.
    pub object_type: &'static str,
    /// The object, if there is one.
    pub object_id: Option<Uuid>,
    /// What was tried, and why it was not done.
    pub detail: Json,
}

/// Puts a line on record by itself and commits.
pub async fn note(tx: Tx, note: Note) -> Result<(), ApiError> {
    let Note { action, object_type, object_id, detail } = note;
    tx.record(line(&tx, action, "", (object_type, object_id), detail));
    tx.commit().await
}

/// How long an outcome is kept under its key.
const KEPT: TimeDelta = TimeDelta::hours(72);
/// How often a transaction is tried that lost a race in the database.
const TRIES: u32 = 3;
/// The longest key a client may choose.
const KEY_LENGTH: usize = 255;

/// Carries a command out for a session.
pub async fn execute<C: Command>(session: &Session, command: &C, header_key: Option<&str>) -> Result<C::Output, Fault> {
    session.require(C::RIGHT.0, C::RIGHT.1)?;
    let body = serde_json::to_vec(command).map_err(|_| Code::InternalServerError)?;
    let digest = hex::encode(Sha256::digest(&body));
    let key = command.idempotency_key().or(header_key).filter(|_| C::KEYED);
    if key.is_some_and(|k| k.is_empty() || k.len() > KEY_LENGTH) {
        return Err(ApiError::of(Code::BadUserInput)
            .at("idempotencyKey")
            .saying("幂等键应为 1 至 255 个字符", "An idempotency key has 1 to 255 characters.")
            .into());
    }
    let mut tries = 1;
    loop {
        match attempt(session, command, key, &digest).await {
            Err(Fault::Failed(ApiError { code: Code::Conflict, .. })) if tries < TRIES => tries += 1,
            Err(Fault::Refused(errors)) => {
                if let Some(line) = command.refused(&errors)
                    && let Err(error) = aside(session, line).await
                {
                    // It is refused all the same.
                    tracing::error!(?error, action = C::NAME, "a refusal could not be recorded");
                }
                return Err(Fault::Refused(errors));
            }
            outcome => return outcome,
        }
    }
}

async fn aside(session: &Session, line: Note) -> Result<(), ApiError> {
    note(session.begin().await?, line).await
}

async fn attempt<C: Command>(
    session: &Session,
    command: &C,
    key: Option<&str>,
    digest: &str,
) -> Result<C::Output, Fault> {
    let advice = command.prepare(session).await?;
    let tx = session.begin().await?.advised(advice);
    if let Some(key) = key
        && let Some(earlier) = claim(&tx, key, C::NAME, digest).await?
    {
        tx.rollback().await?;
        return serde_json::from_value(earlier).map_err(|_| Code::InternalServerError.into());
    }
    let output = match command.run(&tx).await {
        Ok(output) => output,
        Err(fault) => {
            tx.rollback().await?;
            return Err(fault);
        }
    };
    if let Some(key) = key {
        let outcome = serde_json::to_value(&output).map_err(|_| Code::InternalServerError)?;
        tx.change::<idempotency::Entity>()
            .filter(idempotency::Column::ActorId.eq(session.user_id()))
            .filter(idempotency::Column::Key.eq(key))
            .set(idempotency::Column::Outcome, Expr::value(outcome))
            .run()
            .await?;
    }
    record(&tx, C::NAME, digest);
    tx.conclude().await?;
    Ok(output)
}

/// Takes the key for this transaction, or returns what was done under it before. A twin that runs at
/// the same moment waits here for the first to end.
async fn claim(tx: &Tx, key: &str, operation: &str, digest: &str) -> Result<Option<serde_json::Value>, Fault> {
    let (actor, now) = (tx.session().user_id(), tx.session().now());
    let row = idempotency::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(actor),
        key: Set(key.into()),
        operation: Set(operation.into()),
        body_hash: Set(digest.into()),
        outcome: Set(json!(null)),
        created_at: Set(now),
        expires_at: Set(now + KEPT),
    };
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::TenantId.eq(tx.tenant_id()))
        .filter(idempotency::Column::ActorId.eq(actor))
        .filter(idempotency::Column::Key.eq(key))
        .filter(idempotency::Column::ExpiresAt.lt(now))
        .exec(tx.raw().await?)
        .await?;
    let columns = [idempotency::Column::TenantId, idempotency::Column::ActorId, idempotency::Column::Key];
    let fresh = idempotency::Entity::insert(row)
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .exec_without_returning(tx.raw().await?)
        .await?;
    if fresh > 0 {
        return Ok(None);
    }
    let earlier = tx
        .parts::<idempotency::Entity>()
        .filter(idempotency::Column::ActorId.eq(actor))
        .filter(idempotency::Column::Key.eq(key))
        .one()
        .await?
        .ok_or(Code::Conflict)?;
    if earlier.operation != operation || earlier.body_hash != digest {
        return Err(Code::IdempotencyMismatch.into());
    }
    Ok(Some(earlier.outcome))
}

/// Writes who did what to which objects; a command that names none is recorded all the same.
fn record(tx: &Tx, action: &str, digest: &str) {
    let touched = tx.take_touched();
    if touched.is_empty() {
        tx.record(line(tx, action, digest, ("", None), json!({})));
    }
    for touch in touched {
        tx.record(line(tx, action, digest, (touch.object_type, Some(touch.object_id)), touch.detail));
    }
}

fn line(
    tx: &Tx,
    action: &str,
    digest: &str,
    (object_type, object_id): (&str, Option<Uuid>),
    detail: Json,
) -> audit::ActiveModel {
    let session = tx.session();
    audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(Some(session.user_id())),
        actor_name: Set(session.authority().name.clone()),
        session_id: Set(session.session_id()),
        action: Set(action.into()),
        object_type: Set(object_type.into()),
        object_id: Set(object_id),
        request_id: Set(session.request().id.clone()),
        remote: Set(session.request().remote.clone()),
        digest: Set(digest.into()),
        detail: Set(detail),
        at: Set(session.now()),
    }
}
