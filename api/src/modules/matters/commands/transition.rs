//! What all actions on an item share (联办件流转): the case's row is locked, the flow kernel decides, the
//! item changes under its version and state, and the step is recorded (H-03, H-04).

use chrono::NaiveDate;
use entities::{
    CodeEnum, case_item, matter_case,
    values::{CaseAction, CaseItemState, CaseState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use super::version_mismatch;
use crate::{
    graph::scalars::whole,
    kernel::{
        error::{Code, Fault, UserError},
        flow::{self, ClockEffect, ItemAction, ItemState},
        rows::Changes,
        tx::{Tx, plus_one},
    },
    modules::matters::{
        rules::clock::{ClockError, ItemClock},
        steps::Step,
    },
};

/// An item that may be acted upon, with its case's row locked.
pub struct Held {
    /// The case.
    pub case: matter_case::Model,
    /// The item as it is under the lock.
    pub item: case_item::Model,
    /// The action that the flow allows.
    action: ItemAction,
    /// The state it leads to.
    next: CaseItemState,
}

/// Loads an item through the gate, locks its case and asks the flow kernel.
pub async fn hold(
    tx: &Tx,
    right: (Resource, Action),
    id: Uuid,
    expected_version: i32,
    decide: impl FnOnce(CaseItemState) -> ItemAction,
) -> Result<Held, Fault> {
    let seen = tx.gate_as::<case_item::Entity>(right.0, right.1)?.id(id).required().await?;
    let case = tx.parts::<matter_case::Entity>().id(seen.case_id).lock().required().await?;
    let item = tx.parts::<case_item::Entity>().id(id).required().await?;
    if item.version != expected_version {
        return Err(version_mismatch().into());
    }
    let action = decide(item.state);
    let next = allowed(case.state, item.state, action)?;
    Ok(Held { case, item, action, next })
}

/// The state after an action, or the refusal that names what the state allows.
fn allowed(case: CaseState, state: CaseItemState, action: ItemAction) -> Result<CaseItemState, UserError> {
    let Some(from) = flow_state(state).filter(|_| case != CaseState::Cancelled) else {
        return Err(not_in_state(state, &[]));
    };
    flow::next(from, action).map(stored_state).map_err(|refusal| not_in_state(state, &refusal.allowed))
}

fn not_in_state(state: CaseItemState, allowed: &[ItemAction]) -> UserError {
    let list: Vec<String> = allowed.iter().filter_map(|a| json!(a).as_str().map(str::to_string)).collect();
    let (state, list) = (state.as_str(), if list.is_empty() { "—".into() } else { list.join(", ") });
    UserError::new(
        Code::NotInState,
        "input.id",
        format!("当前状态 {state} 允许的操作：{list}"),
        format!("In the state {state} these actions are allowed: {list}."),
    )
}

fn flow_state(state: CaseItemState) -> Option<ItemState> {
    Some(match state {
        CaseItemState::Waiting => ItemState::Waiting,
        CaseItemState::Pending => ItemState::Pending,
        CaseItemState::Accepted => ItemState::Accepted,
        CaseItemState::Supplement => ItemState::Supplement,
        CaseItemState::Returned => ItemState::Returned,
        CaseItemState::Done => ItemState::Done,
        CaseItemState::Cancelled => return None,
    })
}

fn stored_state(state: ItemState) -> CaseItemState {
    match state {
        ItemState::Waiting => CaseItemState::Waiting,
        ItemState::Pending => CaseItemState::Pending,
        ItemState::Accepted => CaseItemState::Accepted,
        ItemState::Supplement => CaseItemState::Supplement,
        ItemState::Returned => CaseItemState::Returned,
        ItemState::Done => CaseItemState::Done,
    }
}

fn recorded(action: ItemAction) -> (CaseAction, &'static str) {
    match action {
        ItemAction::Start => (CaseAction::Start, "caseItem.started"),
        ItemAction::Accept => (CaseAction::Accept, "caseItem.accepted"),
        ItemAction::RequestSupplement => (CaseAction::RequestSupplement, "caseItem.supplementRequested"),
        ItemAction::Supply => (CaseAction::Supply, "caseItem.supplied"),
        ItemAction::Return => (CaseAction::Return, "caseItem.returned"),
        ItemAction::Resubmit => (CaseAction::Resubmit, "caseItem.resubmitted"),
        ItemAction::Finish => (CaseAction::Finish, "caseItem.finished"),
    }
}

impl Held {
    /// The start of an item whose dependencies are done.
    pub fn start(case: &matter_case::Model, item: &case_item::Model) -> Self {
        Self { case: case.clone(), item: item.clone(), action: ItemAction::Start, next: CaseItemState::Pending }
    }

    /// Makes the move: clock, state, step, event, audit. `more` sets what the action brings besides.
    pub async fn go<'t>(
        &self,
        tx: &'t Tx,
        note: Option<&str>,
        more: impl FnOnce(Changes<'t, case_item::Entity>) -> Changes<'t, case_item::Entity>,
    ) -> Result<(), Fault> {
        let change = tx
            .change::<case_item::Entity>()
            .id(self.item.id)
            .filter(case_item::Column::Version.eq(self.item.version))
            .filter(case_item::Column::State.eq(self.item.state))
            .set(case_item::Column::State, Expr::value(self.next))
            .set(case_item::Column::Version, plus_one(case_item::Column::Version))
            .set(case_item::Column::UpdatedAt, Expr::value(tx.session().now()));
        let change = self.clock(tx, change).map_err(refused)?;
        if more(change).run().await? == 0 {
            return Err(version_mismatch().into());
        }
        let (action, topic) = recorded(self.action);
        let actor = Some(tx.session().user_id());
        let step = Step { case_id: self.case.id, item_id: Some(self.item.id), action, actor, note };
        step.record(tx, topic, self.next.as_str()).await?;
        tx.touched("CaseItem", self.item.id, json!({ "action": action, "state": self.next }));
        Ok(())
    }

    fn clock<'t>(
        &self,
        tx: &Tx,
        change: Changes<'t, case_item::Entity>,
    ) -> Result<Changes<'t, case_item::Entity>, ClockError> {
        let (calendar, today) = (tx.session().calendar(), tx.session().today());
        let Some(clock) = clock_of(&self.item) else { return Ok(change) };
        // Pending with its clock stopped it waited for its agency's system; it goes on with whatever people do to it.
        let waited = self.item.state == CaseItemState::Pending && clock.paused_on.is_some();
        let clock = if waited { clock.resume(calendar, today)? } else { clock };
        let change = match waited {
            true => change
                .set(case_item::Column::DueOn, Expr::value(clock.due_on))
                .set(case_item::Column::PausedDays, Expr::value(whole(clock.paused_days))),
            false => change,
        };
        Ok(match self.action.clock_effect() {
            ClockEffect::Pause => {
                let paused = clock.pause(today)?;
                change
                    .set(case_item::Column::PausedOn, Expr::value(paused.paused_on))
                    .set(case_item::Column::RemindOn, Expr::value(None::<NaiveDate>))
            }
            ClockEffect::Resume => {
                let resumed = clock.resume(calendar, today)?;
                change
                    .set(case_item::Column::PausedOn, Expr::value(resumed.paused_on))
                    .set(case_item::Column::DueOn, Expr::value(resumed.due_on))
                    .set(case_item::Column::RemindOn, Expr::value(today))
                    .set(case_item::Column::PausedDays, Expr::value(whole(resumed.paused_days)))
            }
            ClockEffect::Stop => {
                let worked = clock.worked_days(calendar, today)?;
                change
                    .set(case_item::Column::FinishedOn, Expr::value(today))
                    .set(case_item::Column::RemindOn, Expr::value(None::<NaiveDate>))
                    .set(case_item::Column::WorkedDays, Expr::value(whole(worked)))
            }
            ClockEffect::Start | ClockEffect::None if waited => change
                .set(case_item::Column::PausedOn, Expr::value(None::<NaiveDate>))
                .set(case_item::Column::RemindOn, Expr::value(today)),
            ClockEffect::Start | ClockEffect::None => change,
        })
    }
}

/// The clock of an item, once it has started.
pub fn clock_of(item: &case_item::Model) -> Option<ItemClock> {
    Some(ItemClock {
        started_on: item.started_on?,
        limit_days: u32::try_from(item.limit_days).unwrap_or(0),
        due_on: item.due_on?,
        paused_on: item.paused_on,
        paused_days: u32::try_from(item.paused_days).unwrap_or(0),
    })
}

/// A clock's refusal as the client's: only the calendar's end is the client's business.
pub(super) fn refused(error: ClockError) -> Fault {
    match error {
        ClockError::Calendar(error) => {
            UserError::new(Code::CalendarExhausted, "input.id", "工作日历尚未公布到所需日期", error.to_string()).into()
        }
        other => {
            tracing::error!(error = %other, "an item's clock does not fit its state");
            Code::InternalServerError.into()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn h_03_a_refusal_names_what_is_allowed() {
        let running = CaseState::Running;
        assert_eq!(allowed(running, CaseItemState::Pending, ItemAction::Accept), Ok(CaseItemState::Accepted));
        let refusal = allowed(running, CaseItemState::Pending, ItemAction::Finish).unwrap_err();
        assert_eq!(refusal.code, Code::NotInState);
        assert!(refusal.en.contains("PENDING") && refusal.en.contains("ACCEPT, REQUEST_SUPPLEMENT, RETURN"));
        for (case, state) in [(running, CaseItemState::Cancelled), (CaseState::Cancelled, CaseItemState::Pending)] {
            let refusal = allowed(case, state, ItemAction::Accept).unwrap_err();
            assert!(refusal.en.ends_with("allowed: —."), "{}", refusal.en);
        }
    }
}
