//! Agencies' systems asked by a component during a call (组件外呼): by the operations that its manifest declares, where
//! and with which secret the administrator has set, and never with the secret in the component's hands.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use declarative::{Connector, Operation, Plugin};
use entities::{connector_call, plugin, plugin_connector, values::PeerState};
use futures::stream::{self, StreamExt};
use host::Refused;
use sea_orm::{ColumnTrait, Set};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    kernel::{
        error::ApiError,
        session::{Reason, Session},
    },
    modules::{
        identity::Identity,
        plugins::connectors::{
            calling::{fits, repeats_the_secret},
            client::{Client, Failure, Question},
            rules::down,
            settling::breathe,
        },
    },
};

/// The way out of a server, as it is kept for plug-ins.
pub struct WayOut {
    /// Who opens secrets.
    pub identity: Weak<Identity>,
    /// Who speaks to systems.
    pub client: Client,
}

/// Bodies of one question.
const MOST: usize = 100;
/// Calls that are under way for one question.
const AT_ONCE: usize = 8;
/// What is left of a component's time when its calls have to be over: they are recorded, and it is told.
const MARGIN: Duration = Duration::from_millis(200);
/// Why a call has no answer whose caller has gone.
const GIVEN_UP: &str = "GIVEN_UP";

/// What a component asks for.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The connector.
    pub name: &'a str,
    /// The operation.
    pub operation: &'a str,
    /// What it is done for; done again for the same, agencies see the same keys.
    pub occasion: &'a str,
    /// Which question of that occasion it is.
    pub number: usize,
    /// When the component's time is over.
    pub until: Instant,
    /// Closed when nobody waits for the component any more.
    pub caller: &'a watch::Receiver<()>,
}

impl Call<'_> {
    /// What tells an agency that it has been asked this before (幂等键).
    fn key(&self, place: usize, body: &str) -> String {
        let Self { name, operation, occasion, number, .. } = self;
        let parts = [*occasion, *name, *operation, &number.to_string(), &place.to_string(), body];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(format!("{}\n{part}", part.len()));
        }
        hex::encode(hash.finalize())[..40].to_string()
    }
}

/// An answer for each body, in their order.
pub async fn call_many(
    session: &Session,
    plugin: &Plugin,
    call: Call<'_>,
    bodies: &[String],
) -> Vec<Result<String, Refused>> {
    let all = |refused: Refused| bodies.iter().map(|_| Err(refused.clone())).collect();
    let Call { name, .. } = call;
    let connector = plugin.connectors.iter().find(|connector| connector.name == name);
    let Some((connector, operation)) = connector.and_then(|c| Some((c, c.operation(call.operation)?))) else {
        return all(Refused::Denied("there is no such operation".into()));
    };
    if bodies.len() > MOST {
        return all(Refused::BadInput(format!("TOO_MANY: at most {MOST}")));
    }
    let row = match connection(session, plugin, name).await {
        Ok(Some(row)) => row,
        Ok(None) => return all(Refused::Unavailable("NOT_CONFIGURED".into())),
        Err(error) => return all(Refused::Internal(error.code.as_str().into())),
    };
    if down::is_open(row.failures) && row.rests_until.is_some_and(|until| until > session.now()) {
        return all(Refused::Unavailable("RESTING".into()));
    }
    let Some(way) = session.platform().shelf().get::<WayOut>() else {
        return all(Refused::Unavailable("NOT_CONFIGURED".into()));
    };
    let asking = Asked { session, way: &way, row: &row, connector, operation, caller: call.caller };
    let calls = bodies.iter().enumerate().map(|(place, body)| {
        let left = call.until.saturating_duration_since(Instant::now()).saturating_sub(MARGIN);
        asking.ask(call.key(place, body), left, body)
    });
    let (answers, calls): (Vec<_>, Vec<_>) = stream::iter(calls).buffered(AT_ONCE).unzip().await;
    if let Err(error) = note(session, &row, operation, calls.into_iter().flatten()).await {
        tracing::error!(?error, "calls of a component could not be recorded");
    }
    answers
}

/// What is recorded of a call.
struct Noted {
    status: Option<u16>,
    /// Why it failed.
    error: Option<&'static str>,
    millis: i32,
    /// Whether its end tells how the system does: one that was given hardly any time, or soon given up, has not failed by it.
    telling: bool,
}

async fn connection(
    session: &Session,
    plugin: &Plugin,
    name: &str,
) -> Result<Option<plugin_connector::Model>, ApiError> {
    let tx = session.platform().system(Reason::Connector).begin(Some(session.tenant().id)).await?;
    let installed = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).one().await?;
    let row = match installed {
        Some(installed) => {
            let rows = tx.parts::<plugin_connector::Entity>();
            let rows = rows.filter(plugin_connector::Column::PluginId.eq(installed.id));
            rows.filter(plugin_connector::Column::Name.eq(name)).one().await?
        }
        None => None,
    };
    tx.rollback().await?;
    Ok(row.filter(|row| row.state == PeerState::Active))
}

/// An operation of an agency's system, as it is asked.
struct Asked<'a> {
    session: &'a Session,
    way: &'a WayOut,
    row: &'a plugin_connector::Model,
    connector: &'a Connector,
    operation: &'a Operation,
    caller: &'a watch::Receiver<()>,
}

impl Asked<'_> {
    async fn ask(&self, key: String, left: Duration, body: &str) -> (Result<String, Refused>, Option<Noted>) {
        let body = serde_json::from_str::<Json>(body).ok().filter(|body| fits(&self.operation.request, body));
        // Nobody was asked.
        let Some(body) = body else { return (Err(Refused::BadInput("REQUEST_INVALID".into())), None) };
        if left.is_zero() {
            return (Err(Refused::Unavailable("NO_TIME".into())), None);
        }
        if self.caller.has_changed().is_err() {
            return (Err(Refused::Unavailable(GIVEN_UP.into())), None);
        }
        let usual = Duration::from_millis(self.connector.timeout_ms.into());
        let begun = Instant::now();
        let outcome = self.answer(&key, left.min(usual), &body).await;
        let (status, error) = match &outcome {
            Ok((status, _)) => (Some(*status), None),
            Err(failure) => (failure.status, Some(failure.code)),
        };
        let millis = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
        let answer = match outcome {
            Ok((_, body)) => Ok(body.to_string()),
            Err(failure) => Err(Refused::Unavailable(failure.code.into())),
        };
        // A call that was given up after as long as a short one may take tells as much as that: callers without patience
        // must not keep a system that hangs from its rest.
        let waited = error != Some(GIVEN_UP) || begun.elapsed() >= usual / 2;
        let telling = error.is_none() || (waited && left >= usual / 2);
        (answer, Some(Noted { status, error, millis, telling }))
    }

    async fn answer(&self, key: &str, timeout: Duration, body: &Json) -> Result<(u16, Json), Failure> {
        let Self { session, way, row, connector, operation, caller } = self;
        let identity: Arc<Identity> = way.identity.upgrade().ok_or(Failure::before("STOPPING"))?;
        let secret = identity.open_secret(row.id, &row.sealed).map_err(|_| Failure::before("NO_SECRET"))?;
        let question = Question {
            address: &row.address,
            auth: connector.auth,
            secret: &secret,
            method: &operation.method,
            path: &operation.path,
            key,
            case: "",
            signed_at: session.now().timestamp(),
            body: body.to_string().into_bytes(),
            timeout,
        };
        let mut caller = watch::Receiver::clone(caller);
        let (status, bytes) = tokio::select! {
            asked = way.client.ask(question) => asked?,
            // What may be asked again need not be heard. Anything else goes on: what came of it has to be on record.
            _ = caller.changed(), if operation.idempotent => {
                return Err(Failure { code: GIVEN_UP, status: None, passing: true, reached: true });
            }
        };
        let invalid = Failure::unusable("ANSWER_INVALID", Some(status));
        let body: Option<Json> = serde_json::from_slice(&bytes).ok();
        let body = body.filter(|body| fits(&operation.response, body)).ok_or(invalid)?;
        if repeats_the_secret(connector.auth, &bytes, &body, &secret) {
            return Err(invalid);
        }
        Ok((status, body))
    }
}

/// The call log, and how well the system does.
async fn note(
    session: &Session,
    row: &plugin_connector::Model,
    operation: &Operation,
    calls: impl Iterator<Item = Noted>,
) -> Result<(), ApiError> {
    let tx = session.platform().system(Reason::Connector).begin(Some(session.tenant().id)).await?;
    let mut rows = vec![];
    for Noted { status, error, millis, telling } in calls {
        if telling {
            breathe(&tx, row, error.is_none()).await?;
        }
        rows.push(connector_call::ActiveModel {
            tenant_id: Set(session.tenant().id),
            id: Set(tx.new_id()),
            connector_id: Set(row.id),
            job_id: Set(None),
            case_item_id: Set(None),
            operation: Set(operation.name.clone()),
            attempt: Set(1),
            status: Set(status.map(i32::from)),
            millis: Set(millis),
            error: Set(error.map(str::to_string)),
            at: Set(tx.now()),
        });
    }
    tx.insert_many(rows).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_the_same_key_on_the_same_occasion_and_no_other() {
        let (until, (_here, caller)) = (Instant::now(), watch::channel(()));
        let call = |occasion, number| Call { name: "hr", operation: "pay", occasion, number, until, caller: &caller };
        let first = call("a", 0).key(0, "{}");
        assert_eq!((first.len(), first.clone()), (40, call("a", 0).key(0, "{}")));
        for other in [
            call("b", 0).key(0, "{}"),
            call("a", 1).key(0, "{}"),
            call("a", 0).key(1, "{}"),
            call("a", 0).key(0, "{ }"),
        ] {
            assert_ne!(first, other);
        }
    }
}
