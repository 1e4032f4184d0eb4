//! Opens a consultation on both sides.

use async_graphql::InputObject;
use entities::{
    consultation, matter,
    values::{ConsultationState, MatterState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::words;
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        rows::Rows,
        tx::Tx,
    },
    modules::administration::commands::guard,
};

/// A new consultation (会商).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ConsultationOpenInput {
    /// Code of the tenant directly above or below (对方租户代码).
    pub peer_code: String,
    /// Title (议题), 1 to 200 characters.
    pub title: String,
    /// Key of a matter in force here (事项编码), as in `retirement`.
    pub matter_key: String,
    /// What is to be settled (会商事由), 1 to 4,000 characters.
    pub question: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// The version of a matter that new cases begin with.
pub(super) fn in_force<'t>(
    rows: Rows<'t, matter::Entity>,
    key: &str,
    today: chrono::NaiveDate,
) -> Rows<'t, matter::Entity> {
    rows.filter(matter::Column::Key.eq(key))
        .filter(matter::Column::State.eq(MatterState::Active))
        .filter(matter::Column::EffectiveFrom.lte(today))
        .order_by(matter::Column::Number, Order::Desc)
        .limit(1)
}

#[async_trait::async_trait]
impl Command for ConsultationOpenInput {
    const NAME: &'static str = "consultationOpen";
    const RIGHT: (Resource, Action) = (Resource::Consultation, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let session = tx.session();
        guard::tenant_wide(session, Self::RIGHT.0, Self::RIGHT.1)?;
        let mut faults = Faults::default();
        let title = faults.take(words(&self.title, 200, "input.title"));
        let question = faults.take(words(&self.question, 4000, "input.question"));
        let today = session.today();
        let matter = in_force(tx.parts::<matter::Entity>(), &self.matter_key, today).one().await?;
        if matter.is_none() {
            faults.add(UserError::of(Code::MatterNotOffered, "input.matterKey"));
        }
        let kin = faults.known(tx.kin_of_code(&self.peer_code).await?, "input.peerCode");
        faults.check()?;
        let (Some(title), Some(question), Some(matter), Some(kin)) = (title, question, matter, kin) else {
            return Err(Code::InternalServerError.into());
        };
        let theirs = kin.one::<matter::Entity>(|rows| in_force(rows, &self.matter_key, today)).await?;
        let id = tx.new_id();
        let ours = consultation::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            title: Set(title),
            matter_key: Set(self.matter_key.clone()),
            matter_id: Set(Some(matter.id)),
            question: Set(question),
            state: Set(ConsultationState::Open),
            peer_id: Set(kin.id()),
            peer_code: Set(kin.code().into()),
            peer_name: Set(kin.name().into()),
            opened_here: Set(true),
            opened_by: Set(Some(session.user_id())),
            opened_by_name: Set(session.authority().name.clone()),
            opened_at: Set(session.now()),
            conclusion: Set(None),
            concluded_matter_id: Set(None),
            concluded_by_name: Set(None),
            concluded_at: Set(None),
            version: Set(1),
        };
        let copy = consultation::ActiveModel {
            matter_id: Set(theirs.map(|m| m.id)),
            peer_id: Set(tx.tenant_id()),
            peer_code: Set(session.tenant().code.clone()),
            peer_name: Set(session.tenant().name.clone()),
            opened_here: Set(false),
            opened_by: Set(None),
            ..ours.clone()
        };
        tx.insert(ours).await?;
        kin.insert(copy).await?;
        kin.record(Self::NAME, "consultation.opened", "Consultation", id, 1, json!({})).await?;
        tx.touched("Consultation", id, json!({ "opened": self.matter_key, "with": kin.code() }));
        tx.emit("consultation.opened", "Consultation", id, 1, json!({})).await?;
        Ok(id)
    }
}
