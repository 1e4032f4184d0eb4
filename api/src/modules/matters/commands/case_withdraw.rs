//! Withdraws a case.

use async_graphql::InputObject;
use entities::{
    case_item, matter_case,
    values::{CaseItemState, CaseKind, CaseState},
};
use policies::{Action, Resource};
use sea_orm::ColumnTrait;
use serde::Serialize;
use uuid::Uuid;

use super::{completion::cancel, version_mismatch, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::matters::catalogue::Case,
};

/// A case to withdraw (撤回).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseWithdrawInput {
    /// Which case.
    pub id: Id<Case>,
    /// The version that you read; it also moves with every change to an item.
    pub expected_version: i32,
    /// Why (撤回原因), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for CaseWithdrawInput {
    const NAME: &'static str = "caseWithdraw";
    const RIGHT: (Resource, Action) = (Resource::Case, Action::Withdraw);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let case = tx.gate::<matter_case::Entity>(Action::Withdraw)?.id(self.id.uuid()).lock().required().await?;
        if case.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        let reason = faults.take(words(&self.reason, "input.reason"));
        let done = tx
            .parts::<case_item::Entity>()
            .filter(case_item::Column::CaseId.eq(case.id))
            .filter(case_item::Column::State.eq(CaseItemState::Done))
            .count()
            .await?;
        if case.state != CaseState::Running || case.kind != CaseKind::Ordinary || done > 0 {
            let state = entities::CodeEnum::as_str(case.state);
            faults.add(UserError::new(
                Code::NotInState,
                "input.id",
                format!("办件状态 {state}，已办结 {done} 件；只有未办结任何事项的在办件可以撤回"),
                format!("The case is {state} with {done} items done; only a running one with none can be withdrawn."),
            ));
        }
        faults.check()?;
        let Some(reason) = reason else { return Err(Code::InternalServerError.into()) };
        cancel(tx, &case, &reason).await?;
        Ok(case.id)
    }
}
