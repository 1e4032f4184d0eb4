//! What becomes of a call: recorded by the agency's service account, waited for again, or left to people.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use declarative::{Connector, Then};
use entities::{
    connector_call, connector_job, plugin_connector,
    values::{CallbackAction, PluginCallState},
};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    graph::scalars::Gql,
    kernel::{
        command::execute,
        error::{ApiError, Code, Fault},
        id::Id,
        lease::Held,
        platform::Platform,
        session::{Reason, Session},
        tx::SystemTx,
    },
    modules::{
        exchange::rules::backoff::wait,
        identity::Identity,
        plugins::connectors::{
            calling::{Asking, OPEN},
            client::Failure,
            parking,
            rules::down::{self, Next},
        },
        sharing::commands::CaseItemCallbackInput,
    },
};

/// The longest words that are kept of an answer.
const WORDS: usize = 500;

/// A good answer.
pub struct Outcome {
    status: u16,
    note: String,
    /// Why the agency has to look at it all the same.
    error: Option<&'static str>,
}

/// What came of an attempt.
pub struct Asked {
    /// The answer, or why there is none.
    pub outcome: Result<Outcome, Failure>,
    /// How long it took.
    pub millis: i32,
}

/// Does what a good answer is to do. Whether the item passes is the system's word only where the plug-in asks for one;
/// a system that does not let it pass decides nothing: the agency does.
pub async fn heard(session: &Session, asking: &Asking, status: u16, body: &Json) -> Result<Outcome, Failure> {
    let told = asking.call.result.as_ref().and_then(|name| body.get(name)).and_then(Json::as_str).unwrap_or_default();
    let words: String = told.chars().filter(|c| !c.is_control()).take(WORDS).collect();
    let note = if words.trim().is_empty() { format!("{}，已答复", asking.title()) } else { words };
    let passes = asking.call.pass.as_ref().is_none_or(|name| body.get(name) == Some(&Json::Bool(true)));
    if !passes {
        return Ok(Outcome { status, note, error: Some("NOT_PASSED") });
    }
    if asking.call.then == Then::Note {
        return Ok(Outcome { status, note, error: None });
    }
    let callback = CaseItemCallbackInput {
        callback_number: format!("connector-{}", asking.job.id),
        case_item: Id::from(asking.job.case_item_id),
        action: Gql(CallbackAction::Finish),
        text: Some(note.clone()),
    };
    let claimed = asking.claimed();
    match execute(session, &Held::new(&callback, &claimed), None).await {
        Ok(_) => Ok(Outcome { status, note, error: None }),
        // What was recorded of an earlier attempt stands.
        Err(Fault::Failed(ApiError { code: Code::IdempotencyMismatch, .. })) => {
            Ok(Outcome { status, note, error: None })
        }
        Err(Fault::Failed(error)) if error.code.retryable() || error.code == Code::InternalServerError => {
            Err(Failure { code: "NOT_RECORDED", status: Some(status), passing: true, reached: true })
        }
        Err(_) => Ok(Outcome { status, note, error: Some("NOT_RECORDED") }),
    }
}

/// Writes down what became of an attempt. A call that was made is in the record of calls in any case; what becomes of
/// the job is for whoever has it by now.
pub async fn settle(identity: &Arc<Identity>, tenant: Uuid, asking: &Asking, asked: Asked) -> Result<(), ApiError> {
    let (claimed, Asked { outcome, millis }) = (asking.claimed(), asked);
    let job = &claimed.0;
    let (status, error) = match &outcome {
        Ok(outcome) => (Some(outcome.status), outcome.error),
        Err(failure) => (failure.status, Some(failure.code)),
    };
    let labels = [("connector", asking.connector.name.clone()), ("outcome", error.unwrap_or("OK").to_string())];
    metrics::counter!("zugong_connector_calls_total", &labels).increment(1);
    let tx = identity.platform().system(Reason::Connector).begin(Some(tenant)).await?;
    if claimed.holds(&tx).await? {
        decide(&tx, identity.platform(), asking, job, outcome).await?;
    }
    tx.insert(connector_call::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        connector_id: Set(asking.row.id),
        job_id: Set(Some(job.id)),
        case_item_id: Set(Some(job.case_item_id)),
        operation: Set(job.operation.clone()),
        attempt: Set(job.attempts),
        status: Set(status.map(i32::from)),
        millis: Set(millis),
        error: Set(error.map(str::to_string)),
        at: Set(tx.now()),
    })
    .await?;
    tx.commit().await
}

async fn decide(
    tx: &SystemTx,
    platform: &Platform,
    asking: &Asking,
    job: &connector_job::Model,
    outcome: Result<Outcome, Failure>,
) -> Result<(), ApiError> {
    breathe(tx, &asking.row, outcome.is_ok()).await?;
    match outcome {
        Ok(outcome) => {
            parking::resume(tx, platform, job.case_item_id).await?;
            let state = if outcome.error.is_some() { PluginCallState::Handed } else { PluginCallState::Done };
            close(tx, job, state, outcome.error, Some(outcome.note)).await
        }
        Err(failure) => {
            // Nobody knows what a system has done that broke off; asking twice might do it twice.
            let may_repeat = asking.is_idempotent() || !failure.reached;
            match down::next(asking.connector.on_down, job.attempts) {
                Next::Park | Next::Wait if !failure.passing || !may_repeat => {
                    hand_over(tx, platform, job, failure.code).await
                }
                Next::HandOver => hand_over(tx, platform, job, failure.code).await,
                next => {
                    let again = tx.now() + wait(u32::try_from(job.attempts).unwrap_or(u32::MAX));
                    postpone(tx, platform, job, next, failure.code, again).await
                }
            }
        }
    }
}

/// Leaves a job for later that was not asked about: nothing counts as an attempt.
pub async fn later(
    tx: &SystemTx,
    platform: &Platform,
    job: &connector_job::Model,
    connector: Option<&Connector>,
    why: &'static str,
    wait: TimeDelta,
) -> Result<(), ApiError> {
    let policy = connector.map_or(declarative::OnDown::Park, |connector| connector.on_down);
    match down::next(policy, job.attempts) {
        Next::HandOver => hand_over(tx, platform, job, why).await,
        // One that only rests will be asked again; what nobody has set up may stay so.
        Next::Wait if why != "RESTING" => hand_over(tx, platform, job, why).await,
        next => postpone(tx, platform, job, next, why, tx.now() + wait).await,
    }
}

/// Nobody asks any more about an item that people have taken.
pub async fn drop_job(tx: &SystemTx, job: &connector_job::Model) -> Result<(), ApiError> {
    close(tx, job, PluginCallState::Dropped, None, None).await
}

async fn postpone(
    tx: &SystemTx,
    platform: &Platform,
    job: &connector_job::Model,
    next: Next,
    why: &str,
    again: DateTime<Utc>,
) -> Result<(), ApiError> {
    use connector_job::Column;
    let mut state = job.state;
    if next == Next::Park {
        state = PluginCallState::Parked;
        if parking::park(tx, platform, job.case_item_id).await? {
            let detail =
                json!({ "connector": job.connector, "operation": job.operation, "state": state, "error": why });
            parking::record(tx, job.case_item_id, detail).await?;
        }
    }
    tx.change::<connector_job::Entity>()
        .id(job.id)
        .filter(Column::State.is_in(OPEN))
        .filter(Column::Attempts.eq(job.attempts))
        .set(Column::State, Expr::value(state))
        .set(Column::LastError, Expr::value(why))
        .set(Column::NextAttemptAt, Expr::value(again))
        .set(Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(())
}

/// Leaves an item to its agency, whose clock goes on.
pub async fn hand_over(
    tx: &SystemTx,
    platform: &Platform,
    job: &connector_job::Model,
    why: &str,
) -> Result<(), ApiError> {
    parking::resume(tx, platform, job.case_item_id).await?;
    close(tx, job, PluginCallState::Handed, Some(why), None).await
}

/// Ends a job, once, unless somebody asks about it again meanwhile.
async fn close(
    tx: &SystemTx,
    job: &connector_job::Model,
    state: PluginCallState,
    error: Option<&str>,
    note: Option<String>,
) -> Result<(), ApiError> {
    use connector_job::Column;
    let closed = tx
        .change::<connector_job::Entity>()
        .id(job.id)
        .filter(Column::State.is_in(OPEN))
        .filter(Column::Attempts.eq(job.attempts))
        .set(Column::State, Expr::value(state))
        .set(Column::LastError, Expr::value(error))
        .set(Column::Note, Expr::value(note))
        .set(Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    if closed > 0 {
        let detail = json!({ "connector": job.connector, "operation": job.operation, "state": state, "error": error });
        parking::record(tx, job.case_item_id, detail).await?;
    }
    Ok(())
}

/// Counts a system's failures, and leaves it alone for a while after a few in a row.
pub async fn breathe(tx: &SystemTx, row: &plugin_connector::Model, well: bool) -> Result<(), ApiError> {
    use plugin_connector::Column;
    let now = tx.parts::<plugin_connector::Entity>().id(row.id).lock().required().await?;
    let failures = if well { 0 } else { now.failures.saturating_add(1) };
    if failures == 0 && now.failures == 0 {
        return Ok(());
    }
    tx.change::<plugin_connector::Entity>()
        .id(row.id)
        .set(Column::Failures, Expr::value(failures))
        .set(Column::RestsUntil, Expr::value(down::rest(failures).map(|rest| tx.now() + rest)))
        .run()
        .await?;
    Ok(())
}
