//! Concludes a consultation on both sides, each bound to its own catalogue's version.

use async_graphql::InputObject;
use entities::{consultation, consultation_position, matter, values::ConsultationState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{consultation_open::in_force, consultation_position_add::hold, refused, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::cooperation::{
        catalogue::Consultation,
        rules::consultation::{Heard, check_conclusion},
    },
};

/// What was settled (会商结论).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ConsultationConcludeInput {
    /// Which consultation.
    pub id: Id<Consultation>,
    /// The version that you read.
    pub expected_version: i32,
    /// The conclusion (结论), 1 to 4,000 characters.
    pub conclusion: String,
}

#[async_trait::async_trait]
impl Command for ConsultationConcludeInput {
    const NAME: &'static str = "consultationConclude";
    const RIGHT: (Resource, Action) = (Resource::Consultation, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let session = tx.session();
        let (row, kin) = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let positions = || {
            let said = tx.parts::<consultation_position::Entity>();
            said.filter(consultation_position::Column::ConsultationId.eq(row.id))
        };
        let ours = positions().filter(consultation_position::Column::IsOurs.eq(true)).count().await? > 0;
        let theirs = positions().filter(consultation_position::Column::IsOurs.eq(false)).count().await? > 0;
        let mut faults = Faults::default();
        let allowed = check_conclusion(!kin.is_above(), Heard { ours, theirs });
        faults.take(allowed.map_err(|refusal| refused(refusal, Code::NotInState, "input.id")));
        let text = faults.take(words(&self.conclusion, 4000, "input.conclusion"));
        let today = session.today();
        let ours = in_force(tx.parts::<matter::Entity>(), &row.matter_key, today).one().await?;
        let Some(ours) = ours else {
            faults.add(UserError::of(Code::MatterNotOffered, "input.id"));
            return Err(faults.check().err().unwrap_or(Code::InternalServerError.into()));
        };
        faults.check()?;
        let theirs = kin.one::<matter::Entity>(|rows| in_force(rows, &row.matter_key, today)).await?;
        let text = text.unwrap_or_default();
        let version = row.version + 1;
        let name = session.authority().name.clone();
        let now = session.now();
        kin.both::<consultation::Entity>(|changes| {
            changes
                .id(row.id)
                .set(consultation::Column::State, Expr::value(ConsultationState::Concluded))
                .set(consultation::Column::Conclusion, Expr::value(text.clone()))
                .set(consultation::Column::ConcludedByName, Expr::value(name.clone()))
                .set(consultation::Column::ConcludedAt, Expr::value(now))
                .set(consultation::Column::Version, Expr::value(version))
        })
        .await?;
        let bound = consultation::Column::ConcludedMatterId;
        tx.change::<consultation::Entity>().id(row.id).set(bound, Expr::value(ours.id)).run().await?;
        if let Some(theirs) = theirs {
            kin.change::<consultation::Entity>(|c| c.id(row.id).set(bound, Expr::value(theirs.id))).await?;
        }
        let topic = "consultation.concluded";
        kin.record(Self::NAME, topic, "Consultation", row.id, version, json!({})).await?;
        tx.touched(
            "Consultation",
            row.id,
            json!({ "concluded": true, "matter": row.matter_key, "number": ours.number }),
        );
        tx.emit(topic, "Consultation", row.id, version, json!({})).await?;
        Ok(row.id)
    }
}
