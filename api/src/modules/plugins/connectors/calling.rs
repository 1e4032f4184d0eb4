//! What is due: claimed, asked outside any transaction, settled by what was answered.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use declarative::{Auth, Call, Connector, Operation};
use entities::{
    case_item, connector_job, matter, matter_branch, matter_case, plugin, plugin_connector,
    values::{CaseItemState, CaseState, PeerState, PluginCallState, PluginState},
};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use serde_json::{Map, Value as Json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    kernel::{
        error::ApiError,
        forms::Form,
        session::{Reason, RequestInfo, Session},
        tx::{SystemTx, plus_one},
    },
    modules::{
        identity::Identity,
        matters::opening::texts,
        plugins::{
            connectors::{
                claims::{Claimed, SETTLED},
                client::{Client, Failure, Question},
                queue::called,
                rules::down,
                settling::{self, Asked, Outcome},
            },
            store,
        },
    },
};

/// Items of a tenant that are asked about in one round.
const BATCH: u64 = 20;
/// For so long what was claimed or renewed belongs to whoever did it; longer than any call may take.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(30);
/// When it is looked again whether a system was set up meanwhile.
const UNSET: TimeDelta = TimeDelta::seconds(60);
/// When it is looked again while another item tries whether a system is back.
const TRYING: TimeDelta = TimeDelta::seconds(3);

/// The open states of a job.
pub const OPEN: [PluginCallState; 2] = [PluginCallState::Pending, PluginCallState::Parked];

/// What is about to be asked.
pub struct Asking {
    /// The job, before this attempt.
    pub job: connector_job::Model,
    /// The connection.
    pub row: plugin_connector::Model,
    /// The connector as the case's package declares it.
    pub connector: Connector,
    /// What a good answer does.
    pub call: Call,
    operation: Operation,
    body: Json,
    case_number: String,
}

impl Asking {
    /// Whether the system does the same call once however often it comes.
    pub fn is_idempotent(&self) -> bool {
        self.operation.idempotent
    }

    /// The job, as it is while this attempt is under way.
    pub fn claimed(&self) -> Claimed {
        Claimed(connector_job::Model { attempts: self.job.attempts.saturating_add(1), ..self.job.clone() })
    }

    /// What a person reads where the system says nothing.
    pub fn title(&self) -> String {
        format!("{}：{}", self.connector.title, self.operation.title)
    }
}

enum Prepared {
    Ready(Box<Asking>),
    /// Not now, and why.
    Later(Option<Connector>, &'static str, TimeDelta),
    /// Somebody has taken the item.
    Dropped,
    /// It is for people, and why.
    HandedOver(&'static str),
}

/// Asks what is due for a tenant, and tells when to look again; never, where nothing waits and nothing is connected.
pub async fn round(identity: &Arc<Identity>, client: &Client, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
    let system = identity.platform().system(Reason::Connector);
    let now = identity.platform().clock().now();
    let tx = system.begin(Some(tenant)).await?;
    let jobs = tx
        .parts::<connector_job::Entity>()
        .filter(connector_job::Column::State.is_in(OPEN))
        .filter(connector_job::Column::NextAttemptAt.lte(now))
        .order_by(connector_job::Column::NextAttemptAt, Order::Asc)
        .limit(BATCH)
        .all()
        .await?;
    let (mut asking, mut tried) = (vec![], HashSet::new());
    for job in jobs {
        match prepare(&tx, &job, &mut tried).await? {
            Prepared::Ready(ready) => {
                if claim(&tx, &job).await? {
                    asking.push(*ready);
                }
            }
            Prepared::Later(connector, why, wait) => {
                settling::later(&tx, identity.platform(), &job, connector.as_ref(), why, wait).await?;
            }
            Prepared::Dropped => settling::drop_job(&tx, &job).await?,
            Prepared::HandedOver(why) => settling::hand_over(&tx, identity.platform(), &job, why).await?,
        }
    }
    tx.commit().await?;
    // Each is settled as soon as it is answered: nobody's claim ends while the slowest is waited for.
    let settled = asking.iter().map(|asking| async move {
        let asked = ask(identity, client, tenant, asking).await;
        settling::settle(identity, tenant, asking, asked).await
    });
    for settled in futures::future::join_all(settled).await {
        settled?;
    }
    next(identity, tenant).await
}

/// Of replicas that see the same job, the one whose update counts asks.
async fn claim(tx: &SystemTx, job: &connector_job::Model) -> Result<bool, ApiError> {
    use connector_job::Column;
    let claimed = tx
        .change::<connector_job::Entity>()
        .id(job.id)
        .filter(Column::State.is_in(OPEN))
        .filter(Column::Attempts.eq(job.attempts))
        .filter(Column::NextAttemptAt.lte(tx.now()))
        .set(Column::Attempts, plus_one(Column::Attempts))
        .set(Column::NextAttemptAt, Expr::value(tx.now() + LEASE))
        .run()
        .await?;
    Ok(claimed > 0)
}

async fn next(identity: &Arc<Identity>, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
    let tx = identity.platform().system(Reason::Connector).read(tenant).await?;
    let first = tx.parts::<connector_job::Entity>().filter(connector_job::Column::State.is_in(OPEN));
    let first = first.order_by(connector_job::Column::NextAttemptAt, Order::Asc).one().await?;
    let connected = tx.parts::<plugin_connector::Entity>().count().await?;
    tx.rollback().await?;
    let floor = identity.platform().clock().now() + UNSET;
    Ok(match first {
        Some(job) => Some(std::cmp::min(job.next_attempt_at, floor)),
        None => (connected > 0).then_some(floor),
    })
}

async fn prepare(tx: &SystemTx, job: &connector_job::Model, tried: &mut HashSet<Uuid>) -> Result<Prepared, ApiError> {
    let item = tx.parts::<case_item::Entity>().id(job.case_item_id).required().await?;
    let case = tx.parts::<matter_case::Entity>().id(item.case_id).required().await?;
    if item.state != CaseItemState::Pending || case.state != CaseState::Running {
        return Ok(Prepared::Dropped);
    }
    // A package that is refused today may never be taken again: whoever handles the item by hand need not wait for it.
    if store::found(tx, job.package_id).await?.is_err() {
        return Ok(Prepared::HandedOver("PLUGIN_DISABLED"));
    }
    let matter = tx.parts::<matter::Entity>().id(case.matter_id).required().await?;
    let Some((_, plugin, call)) = called(tx, &matter, &item.key).await? else { return Ok(Prepared::Dropped) };
    let Some(connector) = plugin.connectors.iter().find(|connector| connector.name == job.connector).cloned() else {
        return Ok(Prepared::Dropped);
    };
    let Some(operation) = connector.operation(&job.operation).cloned() else { return Ok(Prepared::Dropped) };
    // Whoever asked last has not come back to say what came of it: asking again might do it twice. One that another replica
    // has taken since it was read here is not lost, and `claim` leaves it alone.
    let lost = tx
        .parts::<connector_job::Entity>()
        .id(job.id)
        .filter(connector_job::Column::Attempts.eq(job.attempts))
        .filter(Expr::cust(format!("not {SETTLED}")));
    if !operation.idempotent && lost.count().await? > 0 {
        return Ok(Prepared::HandedOver("BROKEN_OFF"));
    }
    let installed = tx.parts::<plugin::Entity>().id(job.plugin_id).required().await?;
    if installed.state != PluginState::Enabled {
        return Ok(Prepared::Later(Some(connector), "PLUGIN_DISABLED", UNSET));
    }
    let rows = tx.parts::<plugin_connector::Entity>().filter(plugin_connector::Column::PluginId.eq(job.plugin_id));
    let row = rows.filter(plugin_connector::Column::Name.eq(&job.connector)).one().await?;
    let Some(row) = row.filter(|row| row.state == PeerState::Active) else {
        return Ok(Prepared::Later(Some(connector), "NOT_CONFIGURED", UNSET));
    };
    if down::is_open(row.failures) {
        if let Some(left) = row.rests_until.map(|until| until - tx.now()).filter(|left| *left > TimeDelta::zero()) {
            return Ok(Prepared::Later(Some(connector), "RESTING", left));
        }
        // One item finds out whether it is back; the others need not fail with it.
        if !tried.insert(row.id) {
            return Ok(Prepared::Later(Some(connector), "RESTING", TRYING));
        }
    }
    let branch = tx.parts::<matter_branch::Entity>().id(item.branch_id).required().await?;
    let visible = texts(&branch.fields);
    let body: Map<String, Json> = operation
        .asked()
        .filter(|name| visible.iter().any(|field| field == name))
        .filter_map(|name| Some((name.to_string(), case.form.get(name).filter(|v| !v.is_null())?.clone())))
        .collect();
    let (job, body) = (job.clone(), Json::Object(body));
    let asking = Asking { job, row, connector, call, operation, body, case_number: case.number };
    Ok(Prepared::Ready(Box::new(asking)))
}

async fn ask(identity: &Arc<Identity>, client: &Client, tenant: Uuid, asking: &Asking) -> Asked {
    let begun = Instant::now();
    let actor = RequestInfo { id: format!("connector-{}", asking.job.id), ..RequestInfo::default() };
    let actor = identity.platform().session(tenant, asking.row.actor_id, None, actor).await;
    let outcome = match actor {
        Ok(session) => answer(identity, client, &session, asking).await,
        Err(_) => Err(Failure::before("NO_ACTOR")),
    };
    let taken = begun.elapsed();
    Asked { outcome, millis: i32::try_from(taken.as_millis()).unwrap_or(i32::MAX) }
}

async fn answer(
    identity: &Arc<Identity>,
    client: &Client,
    session: &Session,
    asking: &Asking,
) -> Result<Outcome, Failure> {
    let (row, operation) = (&asking.row, &asking.operation);
    if !fits(&operation.request, &asking.body) {
        return Err(Failure { passing: false, ..Failure::before("REQUEST_INVALID") });
    }
    let secret = identity.open_secret(row.id, &row.sealed).map_err(|_| Failure::before("NO_SECRET"))?;
    let key = asking.job.id.to_string();
    let question = Question {
        address: &row.address,
        auth: asking.connector.auth,
        secret: &secret,
        method: &operation.method,
        path: &operation.path,
        key: &key,
        case: &asking.case_number,
        signed_at: session.now().timestamp(),
        body: asking.body.to_string().into_bytes(),
        timeout: Duration::from_millis(asking.connector.timeout_ms.into()),
    };
    let (status, bytes) = client.ask(question).await?;
    let body: Option<Json> = serde_json::from_slice(&bytes).ok();
    let invalid = Failure::unusable("ANSWER_INVALID", Some(status));
    let body = body.filter(|body| fits(&operation.response, body)).ok_or(invalid)?;
    // An answer that repeats the secret is not kept in any word.
    if repeats_the_secret(asking.connector.auth, &bytes, &body, &secret) {
        return Err(invalid);
    }
    settling::heard(session, asking, status, &body).await
}

/// Whether an answer has the secret in it that was sent along, as it came or as it reads; one that signs is never sent.
pub fn repeats_the_secret(auth: Auth, bytes: &[u8], body: &Json, secret: &[u8]) -> bool {
    auth == Auth::Bearer && !secret.is_empty() && (has(bytes, secret) || says(body, secret))
}

fn has(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

fn says(body: &Json, secret: &[u8]) -> bool {
    match body {
        Json::String(text) => has(text.as_bytes(), secret),
        Json::Array(all) => all.iter().any(|one| says(one, secret)),
        Json::Object(members) => members.iter().any(|(key, one)| has(key.as_bytes(), secret) || says(one, secret)),
        Json::Number(number) => has(number.to_string().as_bytes(), secret),
        Json::Null | Json::Bool(_) => false,
    }
}

/// Whether a body is as the operation's schema says.
pub fn fits(schema: &Json, body: &Json) -> bool {
    match Form::cached(schema, crate::modules::matters::forms::FORMATS) {
        Ok(form) => form.faults(body, "").is_empty(),
        Err(error) => {
            tracing::error!(%error, "the schema of an operation is not accepted any more");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        let repeats = |text: &str| {
            let body = serde_json::from_str(text).unwrap();
            repeats_the_secret(Auth::Bearer, text.as_bytes(), &body, b"ab/c123")
        };
        assert!(repeats(r#"{"a":["x ab/c123"]}"#) && repeats(r#"{"a":"ab\/c123"}"#));
        assert!(repeats(r#"{"\u0061b/c123":1}"#) && !repeats(r#"{"a":"ab/c12"}"#));
        assert!(!repeats_the_secret(Auth::HmacSm3, b"ab/c123", &Json::Null, b"ab/c123"), "one that signs is not sent");
    }
}
