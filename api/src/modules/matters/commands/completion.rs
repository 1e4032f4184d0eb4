//! What follows when an item is done (汇合办结), and how a case is ended before that (H-03).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entities::{
    case_item, matter, matter_case, matter_flow,
    values::{CaseAction, CaseItemState, CaseState},
};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;

use super::transition::{Held, refused};
use crate::{
    graph::scalars::whole,
    kernel::{
        error::{ApiError, Code, Fault},
        tx::{Tx, plus_one},
    },
    modules::{
        matters::{
            effects,
            install::quorum,
            opening,
            rules::join::{Join, Quorum, join},
            steps::Step,
        },
        plugins::{connectors::queue, transitions::queue::moved},
    },
};

/// Starts the items that waited for the one just done, and completes the case when nothing mandatory is open.
pub async fn follow(tx: &Tx, case: &matter_case::Model) -> Result<(), Fault> {
    let items = tx.parts::<case_item::Entity>().filter(case_item::Column::CaseId.eq(case.id)).all().await?;
    let done: BTreeSet<String> =
        items.iter().filter(|i| i.state == CaseItemState::Done).map(|i| i.key.clone()).collect();
    let flow = opening::flow(&opening::branches(tx, case.matter_id).await?)?;
    let ready = flow.ready(&done);
    let mut started = vec![];
    for item in items.iter().filter(|i| i.state == CaseItemState::Waiting && ready.contains(&i.key.as_str())) {
        let clock = opening::start_clock(tx.session().calendar(), tx.session().today(), item.limit_days)?;
        let held = Held::start(case, item);
        held.go(tx, None, |change| {
            change
                .set(case_item::Column::StartedOn, Expr::value(clock.started_on))
                .set(case_item::Column::DueOn, Expr::value(clock.due_on))
                .set(case_item::Column::RemindOn, Expr::value(clock.started_on))
        })
        .await?;
        started.push(item);
    }
    if !started.is_empty() {
        let matter = tx.parts::<matter::Entity>().id(case.matter_id).required().await?;
        for item in started {
            queue::item_started(tx, &matter, case.kind, &item.key, item.id).await?;
        }
    }
    let flow = tx.parts::<matter_flow::Entity>().filter(matter_flow::Column::MatterId.eq(case.matter_id)).one().await?;
    let quorum = flow.map_or(Quorum::All, |flow| quorum(flow.mode, usize::try_from(flow.needed).unwrap_or(1)));
    let joined = join(
        quorum,
        items.iter().map(|i| (i.is_mandatory, i.state == CaseItemState::Done, i.state == CaseItemState::Cancelled)),
    );
    if joined != Join::Complete {
        return Ok(());
    }
    if quorum != Quorum::All {
        drop_open(tx, case).await?;
    }
    complete(tx, case, &items).await
}

/// Completes a case exactly once: whoever finds it running does it, in the transaction of the last item.
async fn complete(tx: &Tx, case: &matter_case::Model, items: &[case_item::Model]) -> Result<(), Fault> {
    let (now, today, calendar) = (tx.session().now(), tx.session().today(), tx.session().calendar());
    let mut worked = 0;
    for item in items.iter().filter(|i| i.state == CaseItemState::Done) {
        // What an item began with a delay, for want of another, is part of the case's time.
        let began = item.started_on.unwrap_or(case.submitted_on);
        let before = calendar.workdays_between(case.submitted_on, began).map_err(|e| refused(e.into()))?;
        worked = worked.max(whole(before) + item.worked_days.unwrap_or(0));
    }
    let changed = tx
        .change::<matter_case::Entity>()
        .id(case.id)
        .filter(matter_case::Column::State.eq(CaseState::Running))
        .set(matter_case::Column::State, Expr::value(CaseState::Done))
        .set(matter_case::Column::FinishedAt, Expr::value(now))
        .set(matter_case::Column::FinishedOn, Expr::value(today))
        .set(matter_case::Column::WorkedDays, Expr::value(worked))
        .run()
        .await?;
    if changed == 0 {
        return Ok(());
    }
    let actor = Some(tx.session().user_id());
    let step = Step { case_id: case.id, item_id: None, action: CaseAction::Complete, actor, note: None };
    step.record(tx, "case.done", "DONE").await?;
    tell_plugin(tx, case, "DONE").await?;
    tx.touched("Case", case.id, json!({ "state": CaseState::Done, "workedDays": worked }));
    effects::on_completion(tx, case, today).await?;
    Ok(())
}

/// Ends a running case with all its open items (终止办件). The caller holds the case's row.
pub async fn cancel(tx: &Tx, case: &matter_case::Model, reason: &str) -> Result<(), Fault> {
    drop_open(tx, case).await?;
    let ended = tx
        .change::<matter_case::Entity>()
        .id(case.id)
        .filter(matter_case::Column::State.eq(CaseState::Running))
        .set(matter_case::Column::State, Expr::value(CaseState::Cancelled))
        .set(matter_case::Column::CancelReason, Expr::value(reason))
        .run()
        .await?;
    if ended == 0 {
        return Err(ApiError::of(Code::Conflict).into());
    }
    let actor = Some(tx.session().user_id());
    let step = Step { case_id: case.id, item_id: None, action: CaseAction::Cancel, actor, note: Some(reason) };
    step.record(tx, "case.cancelled", "CANCELLED").await?;
    tell_plugin(tx, case, "CANCELLED").await?;
    tx.touched("Case", case.id, json!({ "state": CaseState::Cancelled }));
    Ok(())
}

/// Lets the matter's plug-in know, where the tenant has any.
async fn tell_plugin(tx: &Tx, case: &matter_case::Model, state: &str) -> Result<(), Fault> {
    if tx.session().tenant().plugins.packages.is_empty() {
        return Ok(());
    }
    let matter = tx.parts::<matter::Entity>().id(case.matter_id).required().await?;
    moved(tx, &matter, case.id, "RUNNING", state).await
}

/// Ends the items that are open: nobody waits for them any more.
async fn drop_open(tx: &Tx, case: &matter_case::Model) -> Result<(), Fault> {
    let open = [
        CaseItemState::Waiting,
        CaseItemState::Pending,
        CaseItemState::Accepted,
        CaseItemState::Supplement,
        CaseItemState::Returned,
    ];
    tx.change::<case_item::Entity>()
        .filter(case_item::Column::CaseId.eq(case.id))
        .filter(case_item::Column::State.is_in(open))
        .set(case_item::Column::State, Expr::value(CaseItemState::Cancelled))
        .set(case_item::Column::RemindOn, Expr::value(None::<NaiveDate>))
        .set(case_item::Column::Version, plus_one(case_item::Column::Version))
        .set(case_item::Column::UpdatedAt, Expr::value(tx.session().now()))
        .run()
        .await?;
    Ok(())
}
