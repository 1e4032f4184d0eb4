//! Answers a dispute.

use async_graphql::InputObject;
use entities::{field_dispute, shared_field, source_system, values::DisputeState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::refused;
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::{
        matters::rules::dispute::{Answer, Dispute, State, answer},
        personnel::commands::checks,
        sharing::catalogue::FieldDispute,
    },
};

/// The answer to a dispute (核实结论).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct FieldDisputeAnswerInput {
    /// Which dispute; one that is open.
    pub id: Id<FieldDispute>,
    /// The right value (更正值); left out when the value stands.
    pub corrected: Option<JsonText>,
    /// What was found (核实意见), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for FieldDisputeAnswerInput {
    const NAME: &'static str = "fieldDisputeAnswer";
    const RIGHT: (Resource, Action) = (Resource::SharedData, Action::Finish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<field_dispute::Entity>(Self::RIGHT.1)?.id(self.id.uuid()).required().await?;
        let field = tx.parts::<shared_field::Entity>().id(row.shared_field_id).lock().required().await?;
        // Under the lock: somebody else may just have answered.
        let row = tx.parts::<field_dispute::Entity>().id(row.id).required().await?;
        let source = tx.parts::<source_system::Entity>().id(field.source_id).required().await?;
        let owner = source.unit_id.to_string();
        let state = match row.state {
            DisputeState::Open => State::Open,
            DisputeState::Kept => State::Kept(String::new()),
            DisputeState::Corrected => State::Corrected(field.value.clone()),
        };
        let dispute = Dispute { claimed: row.claimed, reason: row.reason, task_of: owner.clone(), state };
        let mut faults = Faults::default();
        let reason = faults.take(checks::text(&self.reason, "input.reason", 1000));
        let simple = |given: &JsonText| !matches!(given.0, serde_json::Value::Object(_) | serde_json::Value::Array(_));
        if !self.corrected.as_ref().is_none_or(simple) {
            let (zh, en) = ("应为文本、数字或真假值", "Takes a text, a number or a truth value.");
            faults.add(UserError::new(Code::InvalidFormat, "input.corrected", zh, en));
        }
        faults.check()?;
        let reason = reason.unwrap_or_default();
        let given = match &self.corrected {
            Some(value) => Answer::Correct(value.0.clone()),
            None => Answer::Keep(reason.clone()),
        };
        let answered = answer(&dispute, &owner, given).map_err(|refusal| refused(refusal, "input.id"))?;
        let state = if self.corrected.is_some() { DisputeState::Corrected } else { DisputeState::Kept };
        tx.change::<field_dispute::Entity>()
            .id(row.id)
            .filter(field_dispute::Column::State.eq(DisputeState::Open))
            .set(field_dispute::Column::State, Expr::value(state))
            .set(field_dispute::Column::Answer, Expr::value(reason))
            .set(field_dispute::Column::AnsweredBy, Expr::value(tx.session().user_id()))
            .set(field_dispute::Column::AnsweredAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if let State::Corrected(value) = answered.state {
            tx.change::<shared_field::Entity>()
                .id(field.id)
                .set(shared_field::Column::Value, Expr::value(value))
                .set(shared_field::Column::FetchedAt, Expr::value(tx.session().now()))
                .set(shared_field::Column::Version, plus_one(shared_field::Column::Version))
                .run()
                .await?;
        }
        tx.touched("FieldDispute", row.id, json!({ "answered": state }));
        tx.emit("fieldDispute.answered", "FieldDispute", row.id, 2, json!({})).await?;
        Ok(row.id)
    }
}
