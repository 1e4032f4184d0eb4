//! Passes an item to the agency that is competent for it.

use async_graphql::InputObject;
use entities::{
    case_item, matter_case, unit,
    values::{CaseAction, CaseItemState, CaseState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{approving::refused, version_mismatch, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::{
        matters::{catalogue::CaseItem, rules::jurisdiction, steps::Step},
        organisation::catalogue::Unit,
    },
};

/// An item to pass on (移送).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemTransferInput {
    /// Which item, not finished and not waiting for the applicant.
    pub id: Id<CaseItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// The competent unit (有管辖权的单位), whose division covers that of the case.
    pub unit: Id<Unit>,
    /// Why (移送理由), 1 to 1,000 characters.
    pub reason: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemTransferInput {
    const NAME: &'static str = "caseItemTransfer";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Transfer);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let seen = tx.gate::<case_item::Entity>(Action::Transfer)?.id(self.id.uuid()).required().await?;
        let case = tx.parts::<matter_case::Entity>().id(seen.case_id).lock().required().await?;
        let item = tx.parts::<case_item::Entity>().id(seen.id).required().await?;
        if item.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        let reason = faults.take(words(&self.reason, "input.reason"));
        let open = matches!(item.state, CaseItemState::Pending | CaseItemState::Accepted);
        if case.state == CaseState::Cancelled || !open {
            let state = entities::CodeEnum::as_str(item.state);
            let (zh, en) = (format!("当前状态 {state}，不能移送"), format!("The item is {state}."));
            faults.add(UserError::new(Code::NotInState, "input.id", zh, en));
        }
        let today = tx.session().today();
        let unit = tx.gate::<unit::Entity>(Action::Read)?.id(self.unit.uuid()).one().await?;
        match unit.as_ref().filter(|unit| unit.valid_until.is_none_or(|day| day >= today)) {
            None => faults.add(UserError::of(Code::Unknown, "input.unit")),
            Some(unit) if unit.id == item.handling_unit_id => {
                faults.add(UserError::of(Code::SameUnit, "input.unit"));
            }
            Some(unit) => {
                let competent = jurisdiction::check(&unit.division_code, &case.division_code);
                faults.take(competent.map_err(|refusal| refused(&refusal, "input.unit")));
            }
        }
        faults.check()?;
        let (Some(reason), Some(unit)) = (reason, unit) else { return Err(Code::InternalServerError.into()) };
        // The clock goes on: to whom it went first is not the applicant's affair.
        let moved = tx
            .change::<case_item::Entity>()
            .id(item.id)
            .filter(case_item::Column::Version.eq(item.version))
            .set(case_item::Column::HandlingUnitId, Expr::value(unit.id))
            .set(case_item::Column::State, Expr::value(CaseItemState::Pending))
            .set(case_item::Column::HandlerId, Expr::value(None::<Uuid>))
            .set(case_item::Column::Version, plus_one(case_item::Column::Version))
            .set(case_item::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if moved == 0 {
            return Err(version_mismatch().into());
        }
        let actor = Some(tx.session().user_id());
        let note = Some(reason.as_str());
        let step = Step { case_id: case.id, item_id: Some(item.id), action: CaseAction::Transfer, actor, note };
        step.record(tx, "caseItem.transferred", "PENDING").await?;
        tx.touched("CaseItem", item.id, json!({ "action": CaseAction::Transfer, "unit": unit.name }));
        Ok(item.id)
    }
}
