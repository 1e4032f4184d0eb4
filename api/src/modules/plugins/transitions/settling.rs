//! What is due: claimed, told to the component outside any transaction, settled by what it wants done.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    case_item, matter_case, plugin, plugin_transition,
    values::{PluginCallState, PluginState},
};
use host::{Answer, Ask};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault},
        id::publish,
        platform::Platform,
        session::{Reason, RequestInfo, Session},
        tx::plus_one,
    },
    modules::{
        exchange::rules::backoff::wait,
        plugins::{code, effects, store},
    },
};

/// Moves of a tenant that are told in one round.
const BATCH: u64 = 20;
/// For so long what was claimed belongs to whoever claimed it; longer than a call and its effects may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// When it is looked again whether a plug-in is at work.
const RESTING: TimeDelta = TimeDelta::seconds(60);
/// When it is looked again after something was told.
const SOON: TimeDelta = TimeDelta::seconds(1);
/// After so many tries it waits for a person.
const TRIES: i32 = 6;

/// What became of a try.
enum Outcome {
    /// All effects were carried out.
    Done,
    /// A rule refused an effect: the same answer would be refused again, so a person looks at it.
    Refused(&'static str),
    /// It may go better later.
    Later(&'static str),
}

/// Tells what is due for a tenant, and says when to look again; never, where there never was anything to tell.
pub async fn round(platform: &Arc<Platform>, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
    use plugin_transition::Column;
    let now = platform.clock().now();
    let tx = platform.system(Reason::Transition).begin(Some(tenant)).await?;
    let waiting = tx
        .parts::<plugin_transition::Entity>()
        .filter(Column::State.eq(PluginCallState::Pending))
        .order_by(Column::NextAttemptAt, Order::Asc)
        .limit(BATCH)
        .all()
        .await?;
    let Some(first) = waiting.first() else {
        let any = tx.parts::<plugin_transition::Entity>().limit(1).one().await?;
        tx.rollback().await?;
        return Ok(any.map(|_| now + RESTING));
    };
    if first.next_attempt_at > now {
        let again = first.next_attempt_at;
        tx.rollback().await?;
        return Ok(Some(again));
    }
    let mut claimed = vec![];
    for job in waiting.into_iter().filter(|job| job.next_attempt_at <= now) {
        // Of replicas that see the same move, the one whose update counts tells it.
        let mine = tx
            .change::<plugin_transition::Entity>()
            .id(job.id)
            .filter(Column::State.eq(PluginCallState::Pending))
            .filter(Column::Attempts.eq(job.attempts))
            .set(Column::Attempts, plus_one(Column::Attempts))
            .set(Column::NextAttemptAt, Expr::value(now + LEASE))
            .run()
            .await?;
        if mine > 0 {
            claimed.push(job);
        }
    }
    tx.commit().await?;
    // One after the other: what a case's moves lead to keeps their order.
    for job in claimed {
        let (done, outcome) = tell(platform, tenant, &job).await;
        settle(platform, tenant, &job, done, outcome).await?;
    }
    // There may be more, or something that is tried again in a moment.
    Ok(Some(now + SOON))
}

/// How many effects have been carried out so far, in this try and those before, and what became of it.
async fn tell(platform: &Arc<Platform>, tenant: Uuid, job: &plugin_transition::Model) -> (i32, Outcome) {
    let mut done = job.effects;
    let request = RequestInfo { id: format!("transition-{}", job.id), ..RequestInfo::default() };
    let session = match platform.session(tenant, job.actor_id, None, request).await {
        Ok(session) => session.at_depth(u8::try_from(job.depth).unwrap_or(u8::MAX)),
        Err(error) if error.code == Code::Unauthenticated => return (done, Outcome::Later("NO_ACTOR")),
        Err(error) => return (done, Outcome::Later(error.code.as_str())),
    };
    let outcome = match carried_out(&session, job, &mut done).await {
        Ok(outcome) => outcome,
        Err(Fault::Refused(errors)) => Outcome::Refused(errors.first().map_or("REFUSED", |error| error.code.as_str())),
        Err(Fault::Failed(error)) if error.code == Code::Forbidden => Outcome::Refused(error.code.as_str()),
        Err(Fault::Failed(error)) => Outcome::Later(error.code.as_str()),
    };
    (done, outcome)
}

async fn carried_out(session: &Session, job: &plugin_transition::Model, done: &mut i32) -> Result<Outcome, Fault> {
    let tx = session.platform().system(Reason::Transition).begin(Some(session.tenant().id)).await?;
    let installed = tx.parts::<plugin::Entity>().id(job.plugin_id).required().await?;
    let case = tx.parts::<matter_case::Entity>().id(job.case_id).required().await?;
    let items = tx.parts::<case_item::Entity>().filter(case_item::Column::CaseId.eq(case.id)).all().await?;
    let plugin = store::read(&tx, job.package_id).await?;
    tx.rollback().await?;
    if installed.state != PluginState::Enabled {
        return Ok(Outcome::Later("PLUGIN_DISABLED"));
    }
    let id = publish("cas", case.id);
    let items: Vec<_> = items
        .iter()
        .map(|item| json!({ "id": publish("itm", item.id), "key": item.key, "state": item.state }))
        .collect();
    let item = json!({
        "id": id,
        "number": case.number,
        "matter": job.matter_key.split_once('.').map_or("", |(_, key)| key),
        "state": case.state,
        "submittedOn": case.submitted_on,
        "unit": publish("uni", case.unit_id),
        "cadre": publish("cad", case.cadre_id),
        "form": case.form,
        "items": items,
    });
    let ask = Ask::OnTransition { item: item.to_string(), from: job.from_state.clone(), to: job.to_state.clone() };
    let wanted = match code::ask(session, &plugin, ask).await {
        Ok(Answer::Effects(effects)) => effects,
        Ok(_) => return Ok(Outcome::Later(Code::PluginOutput.as_str())),
        Err(failure) => return Ok(Outcome::Later(code::published(failure.as_ref()).as_str())),
    };
    let deeds = effects::planned(&plugin, &code::in_force(session, &plugin), &wanted, Some(&id))?;
    // What an earlier try did is not done again, even when its keys are long forgotten.
    for (place, deed) in deeds.iter().enumerate().skip(usize::try_from(job.effects).unwrap_or(0)) {
        match deed.apart(session, &format!("transition-{}-{place}", job.id)).await {
            // A try that broke off before it was written down: what it did stands, whatever the component wants now.
            Ok(()) | Err(Fault::Failed(ApiError { code: Code::IdempotencyMismatch, .. })) => *done += 1,
            Err(fault) => return Err(fault),
        }
    }
    Ok(Outcome::Done)
}

async fn settle(
    platform: &Arc<Platform>,
    tenant: Uuid,
    job: &plugin_transition::Model,
    done: i32,
    outcome: Outcome,
) -> Result<(), ApiError> {
    use plugin_transition::Column;
    let tried = job.attempts.saturating_add(1);
    let (state, error) = match outcome {
        Outcome::Done => (PluginCallState::Done, None),
        Outcome::Refused(code) => (PluginCallState::Handed, Some(code)),
        Outcome::Later(code) if tried >= TRIES => (PluginCallState::Parked, Some(code)),
        Outcome::Later(code) => (PluginCallState::Pending, Some(code)),
    };
    let labels = [("outcome", error.unwrap_or("OK").to_string())];
    metrics::counter!("zugong_plugin_transitions_total", &labels).increment(1);
    let tx = platform.system(Reason::Transition).begin(Some(tenant)).await?;
    let again = tx.now() + wait(u32::try_from(tried).unwrap_or(u32::MAX));
    tx.change::<plugin_transition::Entity>()
        .id(job.id)
        .filter(Column::State.eq(PluginCallState::Pending))
        .filter(Column::Attempts.eq(tried))
        .set(Column::State, Expr::value(state))
        .set(Column::LastError, Expr::value(error))
        .set(Column::Effects, Expr::value(done))
        .set(Column::NextAttemptAt, Expr::value(again))
        .set(Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    tx.commit().await
}
