//! Revokes an approval.

use async_graphql::InputObject;
use entities::{
    approval, case_item, case_material, matter, matter_case,
    values::{ApprovalState, CaseItemState, CaseKind, CaseState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{completion::cancel, version_mismatch, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::matters::{
        catalogue::Approval,
        opening::{self, Opening},
    },
};

/// The end of an approval.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ApprovalRevokeInput {
    /// Which approval.
    pub id: Id<Approval>,
    /// The version that you read.
    pub expected_version: i32,
    /// Why (撤销原因), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for ApprovalRevokeInput {
    const NAME: &'static str = "approvalRevoke";
    const RIGHT: (Resource, Action) = (Resource::Approval, Action::Revoke);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let approval = tx.gate::<approval::Entity>(Action::Revoke)?.id(self.id.uuid()).lock().required().await?;
        let mut faults = Faults::default();
        let reason = faults.take(words(&self.reason, "input.reason"));
        if approval.state != ApprovalState::Active {
            faults.add(UserError::of(Code::ApprovalRevoked, "input.id"));
        }
        faults.check()?;
        let Some(reason) = reason else { return Err(Code::InternalServerError.into()) };
        let revoked = tx
            .change::<approval::Entity>()
            .id(approval.id)
            .filter(approval::Column::Version.eq(self.expected_version))
            .filter(approval::Column::State.eq(ApprovalState::Active))
            .set(approval::Column::State, Expr::value(ApprovalState::Revoked))
            .set(approval::Column::RevokedAt, Expr::value(tx.session().now()))
            .set(approval::Column::RevokeReason, Expr::value(reason.as_str()))
            .set(approval::Column::Version, plus_one(approval::Column::Version))
            .run()
            .await?;
        if revoked == 0 {
            return Err(version_mismatch().into());
        }
        tx.touched("Approval", approval.id, json!({ "state": ApprovalState::Revoked }));
        tx.emit("approval.revoked", "Approval", approval.id, self.expected_version + 1, json!({})).await?;
        let case = tx
            .parts::<matter_case::Entity>()
            .filter(matter_case::Column::ApprovalId.eq(approval.id))
            .filter(matter_case::Column::Kind.eq(CaseKind::Ordinary))
            .filter(matter_case::Column::State.ne(CaseState::Cancelled))
            .lock()
            .one()
            .await?;
        if let Some(case) = case {
            unwind(tx, &approval, &case, &reason).await?;
        }
        Ok(approval.id)
    }
}

/// Ends what runs, and opens a reversal for what has been done.
async fn unwind(tx: &Tx, approval: &approval::Model, case: &matter_case::Model, reason: &str) -> Result<(), Fault> {
    let done = tx
        .parts::<case_item::Entity>()
        .filter(case_item::Column::CaseId.eq(case.id))
        .filter(case_item::Column::State.eq(CaseItemState::Done))
        .count()
        .await?;
    if case.state == CaseState::Running {
        cancel(tx, case, reason).await?;
    }
    if done == 0 {
        return Ok(());
    }
    let matter = tx.parts::<matter::Entity>().id(case.matter_id).required().await?;
    let materials = tx.parts::<case_material::Entity>().filter(case_material::Column::CaseId.eq(case.id)).all().await?;
    let branches = opening::branches(tx, matter.id).await?;
    let reversal = Opening {
        kind: CaseKind::Reversal,
        approval,
        matter: &matter,
        branches: &branches,
        applicant: tx.session().user_id(),
        form: case.form.clone(),
        materials: materials.into_iter().map(|m| (m.key, m.attachment_id)).collect(),
        warned: None,
    };
    let id = reversal.write(tx).await?;
    tx.touched("Case", id, json!({ "created": true, "kind": CaseKind::Reversal }));
    Ok(())
}
