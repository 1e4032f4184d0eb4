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
        session::{Locale, Reason, RequestInfo, Session},
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
/// After so many tries it waits for a person.
const TRIES: i32 = 6;

/// What became of a try.
enum Outcome {
    /// So many effects were carried out.
    Done(usize),
    /// A rule refused an effect: the same answer would be refused again, so a person looks at it.
    Refused(&'static str),
    /// It may go better later.
    Later(&'static str),
}

/// Tells what is due for a tenant, and says when to look again; never, where nothing waits.
pub async fn round(platform: &Arc<Platform>, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
    use plugin_transition::Column;
    let now = platform.clock().now();
    let tx = platform.system(Reason::Transition).begin(Some(tenant)).await?;
    let due = tx
        .parts::<plugin_transition::Entity>()
        .filter(Column::State.eq(PluginCallState::Pending))
        .filter(Column::NextAttemptAt.lte(now))
        .order_by(Column::NextAttemptAt, Order::Asc)
        .limit(BATCH)
        .all()
        .await?;
    let mut claimed = vec![];
    for job in due {
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
        let outcome = tell(platform, tenant, &job).await;
        settle(platform, tenant, &job, outcome).await?;
    }
    next(platform, tenant).await
}

async fn next(platform: &Arc<Platform>, tenant: Uuid) -> Result<Option<DateTime<Utc>>, ApiError> {
    use plugin_transition::Column;
    let tx = platform.system(Reason::Transition).begin(Some(tenant)).await?;
    let first = tx.parts::<plugin_transition::Entity>().filter(Column::State.eq(PluginCallState::Pending));
    let first = first.order_by(Column::NextAttemptAt, Order::Asc).one().await?;
    let told = tx.parts::<plugin_transition::Entity>().limit(1).one().await?;
    tx.rollback().await?;
    let later = platform.clock().now() + RESTING;
    Ok(first.map(|job| job.next_attempt_at).or(told.map(|_| later)))
}

async fn tell(platform: &Arc<Platform>, tenant: Uuid, job: &plugin_transition::Model) -> Outcome {
    let request = RequestInfo { id: format!("transition-{}", job.id), locale: Locale::ZhCn, remote: None };
    let session = match platform.session(tenant, job.actor_id, None, request).await {
        Ok(session) => session.at_depth(u8::try_from(job.depth).unwrap_or(u8::MAX)),
        Err(error) if error.code == Code::Unauthenticated => return Outcome::Later("NO_ACTOR"),
        Err(error) => return Outcome::Later(error.code.as_str()),
    };
    match carried_out(&session, job).await {
        Ok(outcome) => outcome,
        Err(Fault::Refused(errors)) => Outcome::Refused(errors.first().map_or("REFUSED", |error| error.code.as_str())),
        Err(Fault::Failed(error)) if error.code == Code::Forbidden => Outcome::Refused(error.code.as_str()),
        Err(Fault::Failed(error)) => Outcome::Later(error.code.as_str()),
    }
}

async fn carried_out(session: &Session, job: &plugin_transition::Model) -> Result<Outcome, Fault> {
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
    for (place, deed) in deeds.iter().enumerate() {
        match deed.apart(session, &format!("transition-{}-{place}", job.id)).await {
            // What was recorded of an earlier try stands, whatever the component wants now.
            Ok(()) | Err(Fault::Failed(ApiError { code: Code::IdempotencyMismatch, .. })) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(Outcome::Done(deeds.len()))
}

async fn settle(
    platform: &Arc<Platform>,
    tenant: Uuid,
    job: &plugin_transition::Model,
    outcome: Outcome,
) -> Result<(), ApiError> {
    use plugin_transition::Column;
    let tried = job.attempts.saturating_add(1);
    let (state, error, effects) = match outcome {
        Outcome::Done(effects) => (PluginCallState::Done, None, i32::try_from(effects).unwrap_or(i32::MAX)),
        Outcome::Refused(code) => (PluginCallState::Handed, Some(code), 0),
        Outcome::Later(code) if tried >= TRIES => (PluginCallState::Parked, Some(code), 0),
        Outcome::Later(code) => (PluginCallState::Pending, Some(code), 0),
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
        .set(Column::Effects, Expr::value(effects))
        .set(Column::NextAttemptAt, Expr::value(again))
        .set(Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    tx.commit().await
}
