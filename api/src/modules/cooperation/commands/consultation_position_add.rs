//! Records a side's position in a consultation.

use async_graphql::InputObject;
use entities::{
    consultation, consultation_position,
    values::{ConsultationState, Stance},
};
use policies::{Action, Resource};
use sea_orm::{Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{expect_version, lock_both, peer_gone, words};
use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        kin::Kin,
        tx::Tx,
    },
    modules::cooperation::catalogue::Consultation,
};

/// A position (会商意见).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ConsultationPositionAddInput {
    /// Which consultation.
    pub id: Id<Consultation>,
    /// The version that you read.
    pub expected_version: i32,
    /// For or against (立场).
    pub stance: Gql<Stance>,
    /// In words (意见内容), 1 to 4,000 characters.
    pub text: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// An open consultation as it is under the locks of both sides.
pub(super) async fn hold<'t>(
    tx: &'t Tx,
    action: Action,
    id: Uuid,
    expected_version: i32,
) -> Result<(consultation::Model, Kin<'t>), Fault> {
    let seen = tx.gate::<consultation::Entity>(action)?.id(id).required().await?;
    let kin = tx.kin(seen.peer_id).await?.ok_or_else(peer_gone)?;
    lock_both::<consultation::Entity>(tx, &kin, id).await?;
    let row = tx.parts::<consultation::Entity>().id(id).required().await?;
    expect_version(expected_version, row.version)?;
    if row.state != ConsultationState::Open {
        return Err(UserError::of(Code::NotInState, "input.id").into());
    }
    Ok((row, kin))
}

#[async_trait::async_trait]
impl Command for ConsultationPositionAddInput {
    const NAME: &'static str = "consultationPositionAdd";
    const RIGHT: (Resource, Action) = (Resource::Consultation, Action::Update);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let session = tx.session();
        let (row, kin) = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let mut faults = Faults::default();
        let text = faults.take(words(&self.text, 4000, "input.text"));
        faults.check()?;
        let ours = consultation_position::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            consultation_id: Set(row.id),
            is_ours: Set(true),
            tenant_name: Set(session.tenant().name.clone()),
            stance: Set(self.stance.0),
            text: Set(text.unwrap_or_default()),
            author_id: Set(Some(session.user_id())),
            author_name: Set(session.authority().name.clone()),
            at: Set(session.now()),
        };
        let copy = consultation_position::ActiveModel { is_ours: Set(false), author_id: Set(None), ..ours.clone() };
        tx.insert(ours).await?;
        kin.insert(copy).await?;
        kin.both::<consultation::Entity>(|changes| {
            changes.id(row.id).set(consultation::Column::Version, Expr::value(row.version + 1))
        })
        .await?;
        let (topic, version) = ("consultation.position", row.version + 1);
        kin.record(Self::NAME, topic, "Consultation", row.id, version, json!({})).await?;
        tx.touched("Consultation", row.id, json!({ "position": self.stance.0 }));
        tx.emit(topic, "Consultation", row.id, version, json!({})).await?;
        Ok(row.id)
    }
}
