//! Urges an agency to go on.

use async_graphql::InputObject;
use entities::{
    case_item, case_step, matter_case,
    values::{CaseAction, CaseItemState, CaseState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::words;
use crate::{
    kernel::{
        civil::today_in_shanghai,
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::matters::{catalogue::CaseItem, steps::Step},
};

/// An item to urge (催办).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemUrgeInput {
    /// Which item, with its agency and not finished; once a day.
    pub id: Id<CaseItem>,
    /// What is said (催办内容), 1 to 1,000 characters.
    pub note: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemUrgeInput {
    const NAME: &'static str = "caseItemUrge";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Urge);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let seen = tx.gate::<case_item::Entity>(Action::Urge)?.id(self.id.uuid()).required().await?;
        // Two who urge at once: the second sees the first one's step.
        let case = tx.parts::<matter_case::Entity>().id(seen.case_id).lock().required().await?;
        let item = tx.parts::<case_item::Entity>().id(seen.id).required().await?;
        let mut faults = Faults::default();
        let note = faults.take(words(&self.note, "input.note"));
        let open = matches!(item.state, CaseItemState::Pending | CaseItemState::Accepted);
        if case.state == CaseState::Cancelled || !open {
            let state = entities::CodeEnum::as_str(item.state);
            let (zh, en) = (format!("当前状态 {state}，无需催办"), format!("The item is {state}: nobody to urge."));
            faults.add(UserError::new(Code::NotInState, "input.id", zh, en));
        }
        let last = tx
            .parts::<case_step::Entity>()
            .filter(case_step::Column::CaseItemId.eq(item.id))
            .filter(case_step::Column::Action.eq(CaseAction::Urge))
            .order_by(case_step::Column::At, Order::Desc)
            .one()
            .await?;
        if last.is_some_and(|step| today_in_shanghai(step.at) == tx.session().today()) {
            faults.add(UserError::of(Code::UrgedToday, "input.id"));
        }
        faults.check()?;
        let actor = Some(tx.session().user_id());
        let note = note.as_deref();
        let step = Step { case_id: case.id, item_id: Some(item.id), action: CaseAction::Urge, actor, note };
        step.record(tx, "caseItem.urged", entities::CodeEnum::as_str(item.state)).await?;
        tx.touched("CaseItem", item.id, json!({ "action": CaseAction::Urge }));
        Ok(item.id)
    }
}
