//! What is due: taken, told to the component outside any transaction, settled by what it wants done.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    case_item, matter_case, plugin, plugin_transition,
    values::{PluginCallState, PluginState},
};
use host::{Answer, Ask};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault},
        id::publish,
        lease::Claim,
        platform::Platform,
        session::{Reason, RequestInfo, Session},
    },
    modules::{
        exchange::rules::backoff::wait,
        plugins::{
            code, effects, store,
            transitions::claims::{Taken, Told, take},
        },
    },
};

/// Moves of a tenant that are told in one round.
const BATCH: usize = 20;
/// When it is looked again after so many.
const SOON: TimeDelta = TimeDelta::seconds(1);
/// After so many tries it waits for a person, and again after as many more.
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
    let now = platform.clock().now();
    for _ in 0..BATCH {
        match take(platform, tenant, now).await? {
            Taken::Nothing(again) => return Ok(again),
            Taken::Move(told) => finish(platform, tenant, &told).await?,
            Taken::Lost => {}
        }
    }
    // There may be more.
    Ok(Some(now + SOON))
}

/// Tells of a move that was taken, and writes down what came of it: nothing, where another replica has it by now.
pub async fn finish(platform: &Arc<Platform>, tenant: Uuid, told: &Told) -> Result<(), ApiError> {
    let (done, outcome) = tell(platform, tenant, told).await;
    settle(platform, tenant, told, done, outcome).await
}

/// How many effects have been carried out so far, in this try and those before, and what became of it.
async fn tell(platform: &Arc<Platform>, tenant: Uuid, told: &Told) -> (i32, Outcome) {
    let job = &told.job;
    let mut done = job.effects;
    let request = RequestInfo { id: format!("transition-{}", job.id), ..RequestInfo::default() };
    let session = match platform.session(tenant, job.actor_id, None, request).await {
        Ok(session) => session.at_depth(u8::try_from(job.depth).unwrap_or(u8::MAX)),
        Err(error) if error.code == Code::Unauthenticated => return (done, Outcome::Later("NO_ACTOR")),
        Err(error) => return (done, Outcome::Later(error.code.as_str())),
    };
    let outcome = match carried_out(&session, told, &mut done).await {
        Ok(outcome) => outcome,
        Err(Fault::Refused(errors)) => Outcome::Refused(errors.first().map_or("REFUSED", |error| error.code.as_str())),
        Err(Fault::Failed(error)) if error.code == Code::Forbidden => Outcome::Refused(error.code.as_str()),
        Err(Fault::Failed(error)) => Outcome::Later(error.code.as_str()),
    };
    (done, outcome)
}

async fn carried_out(session: &Session, told: &Told, done: &mut i32) -> Result<Outcome, Fault> {
    let job = &told.job;
    let tx = session.platform().system(Reason::Transition).begin(Some(session.tenant().id)).await?;
    // Whoever stood still since it was taken has lost it by now.
    if !told.renew(&tx).await? {
        tx.rollback().await?;
        return Err(Code::DeadlineExceeded.into());
    }
    let installed = tx.parts::<plugin::Entity>().id(job.plugin_id).required().await?;
    let case = tx.parts::<matter_case::Entity>().id(job.case_id).required().await?;
    let items = tx.parts::<case_item::Entity>().filter(case_item::Column::CaseId.eq(case.id)).all().await?;
    let plugin = store::read(&tx, job.package_id).await?;
    tx.commit().await?;
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
    let deeds = effects::planned(&plugin, &code::in_force(session, &plugin), &wanted, Some(&id), None)?;
    // What an earlier try did is not done again, even when its keys are long forgotten.
    for (place, deed) in deeds.iter().enumerate().skip(usize::try_from(job.effects).unwrap_or(0)) {
        match deed.apart(session, &format!("transition-{}-{place}", job.id), told).await {
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
    told: &Told,
    done: i32,
    outcome: Outcome,
) -> Result<(), ApiError> {
    use plugin_transition::Column;
    let tried = told.attempt();
    // A person who has it told anew begins no new count: a try that stalled before would pass for the new one.
    let place = (tried - 1).rem_euclid(TRIES) + 1;
    let (state, error) = match outcome {
        Outcome::Done => (PluginCallState::Done, None),
        Outcome::Refused(code) => (PluginCallState::Handed, Some(code)),
        Outcome::Later(code) if place == TRIES => (PluginCallState::Parked, Some(code)),
        Outcome::Later(code) => (PluginCallState::Pending, Some(code)),
    };
    let labels = [("outcome", error.unwrap_or("OK").to_string())];
    metrics::counter!("zugong_plugin_transitions_total", &labels).increment(1);
    let tx = platform.system(Reason::Transition).begin(Some(tenant)).await?;
    let again = tx.now() + wait(u32::try_from(place).unwrap_or(u32::MAX));
    tx.change::<plugin_transition::Entity>()
        .id(told.job.id)
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
