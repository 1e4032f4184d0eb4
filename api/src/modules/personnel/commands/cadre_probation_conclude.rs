//! Ends a probation: the person is appointed, or the recruitment is cancelled.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    app_user, appointment, cadre,
    decisions::ProbationOutcome,
    values::{CadreState, UserKind},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        partial_date::PartialDate,
        tx::{Tx, plus_one},
    },
    modules::{
        matters::rules::recruitment::{Completion, check_completion},
        organisation::commands::version_mismatch,
        personnel::{catalogue::Cadre, commands::checks},
    },
};

/// The end of a probation (试用期满), H-05.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CadreProbationConcludeInput {
    /// Which cadre, on probation.
    pub id: Id<Cadre>,
    /// The version that you read.
    pub expected_version: i32,
    /// Whether the person is appointed or the recruitment cancelled (试用期满处理).
    pub outcome: Gql<ProbationOutcome>,
    /// Day of the decision (决定日期), not in the future; today unless given. Nobody is appointed before the year is
    /// over: `PROBATION_NOT_OVER`.
    pub decided_on: Option<Given<NaiveDate>>,
    /// Why (考核意见), 1 to 500 characters; kept in the audit record only.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for CadreProbationConcludeInput {
    const NAME: &'static str = "cadreProbationConclude";
    const RIGHT: (Resource, Action) = (Resource::Approval, Action::Create);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let today = tx.session().today();
        let rows = tx.gate_as::<cadre::Entity>(Resource::Approval, Action::Create)?;
        let row = rows.id(self.id.uuid()).lock().required().await?;
        let mut faults = Faults::default();
        let reason = faults.take(checks::text(&self.reason, "input.reason", 500));
        let decided_on = match &self.decided_on {
            Some(given) => given.get("input.decidedOn", &mut faults),
            None => Some(today),
        };
        // Somebody with authority decides on a person's place; a program never does.
        let user = tx.parts::<app_user::Entity>().id(tx.session().user_id()).required().await?;
        if user.kind == UserKind::Service {
            faults.add(UserError::of(Code::HumanDecisionRequired, "input.outcome"));
        }
        if row.state != CadreState::Probation {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        } else if let Some(day) = decided_on {
            faults.take(checks::not_future(PartialDate::of_day(day), "input.decidedOn", today));
            let completion = match self.outcome.0 {
                ProbationOutcome::Confirmed => Completion::Confirmed,
                ProbationOutcome::Cancelled => Completion::Cancelled,
            };
            if let Err(refusal) = check_completion(row.state_since, day, completion) {
                faults.add(UserError::new(Code::ProbationNotOver, "input.decidedOn", refusal.zh, refusal.en));
            }
        }
        faults.check()?;
        let Some(decided_on) = decided_on else { return Err(Code::InternalServerError.into()) };
        let state = match self.outcome.0 {
            ProbationOutcome::Confirmed => CadreState::Serving,
            ProbationOutcome::Cancelled => CadreState::NotConfirmed,
        };
        let changed = tx
            .change::<cadre::Entity>()
            .id(row.id)
            .filter(cadre::Column::Version.eq(self.expected_version))
            .set(cadre::Column::State, Expr::value(state))
            .set(cadre::Column::StateSince, Expr::value(decided_on))
            .set(cadre::Column::Version, plus_one(cadre::Column::Version))
            .set(cadre::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if changed == 0 {
            return Err(version_mismatch().into());
        }
        if state == CadreState::NotConfirmed {
            tx.change::<appointment::Entity>()
                .filter(appointment::Column::CadreId.eq(row.id))
                .filter(appointment::Column::EndedOn.is_null())
                .set(appointment::Column::EndedOn, Expr::value(decided_on.pred_opt()))
                .set(appointment::Column::Version, plus_one(appointment::Column::Version))
                .run()
                .await?;
        }
        tx.touched("Cadre", row.id, json!({ "state": state, "since": decided_on, "reason": reason }));
        tx.emit("cadre.updated", "Cadre", row.id, self.expected_version + 1, json!({})).await?;
        Ok(row.id)
    }
}
