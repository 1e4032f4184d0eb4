//! Asks the applicant for what is missing.

use async_graphql::InputObject;
use entities::{case_item, matter_branch};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{transition::hold, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        flow::ItemAction,
        id::Id,
        tx::Tx,
    },
    modules::matters::{catalogue::CaseItem, opening::texts},
};

/// What is missing (补正要求).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemRequestSupplementInput {
    /// Which item.
    pub id: Id<CaseItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// What is missing, in words (补正说明), 1 to 1,000 characters.
    pub reason: String,
    /// Fields of the form to be given anew (需补正表单项), of those that the agency sees.
    #[graphql(default)]
    pub fields: Vec<String>,
    /// Keys of the materials to be given anew (需补正材料), of those that the agency sees.
    #[graphql(default)]
    pub materials: Vec<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemRequestSupplementInput {
    const NAME: &'static str = "caseItemRequestSupplement";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::RequestSupplement);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let action = |_| ItemAction::RequestSupplement;
        let held = hold(tx, Self::RIGHT, self.id.uuid(), self.expected_version, action).await?;
        let mut faults = Faults::default();
        let reason = faults.take(words(&self.reason, "input.reason"));
        let branch = tx.parts::<matter_branch::Entity>().id(held.item.branch_id).required().await?;
        for (name, asked, seen) in
            [("fields", &self.fields, texts(&branch.fields)), ("materials", &self.materials, texts(&branch.materials))]
        {
            for (i, _) in asked.iter().enumerate().filter(|(_, key)| !seen.contains(key)) {
                faults.add(UserError::new(
                    Code::InvalidValue,
                    format!("input.{name}.{i}"),
                    format!("本环节可要求：{}", seen.join("、")),
                    format!("This agency may ask for: {}.", seen.join(", ")),
                ));
            }
        }
        if self.fields.is_empty() && self.materials.is_empty() {
            let (zh, en) = ("应指明需补正的表单项或材料", "Name the fields or materials that are wanted.");
            faults.add(UserError::new(Code::Required, "input.fields", zh, en));
        }
        faults.check()?;
        let Some(reason) = reason else { return Err(Code::InternalServerError.into()) };
        let wanted = json!({ "fields": self.fields, "materials": self.materials });
        held.go(tx, Some(&reason), |change| {
            change
                .set(case_item::Column::Reason, Expr::value(reason.as_str()))
                .set(case_item::Column::Wanted, Expr::value(wanted))
        })
        .await?;
        Ok(held.item.id)
    }
}
