//! Brings a policy to items and units, each once (政策推送), and confirms that it came (签收).

use async_graphql::InputObject;
use entities::{policy_document, policy_push, unit, work_item};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::catalogue::Unit,
        personnel::commands::checks,
        policy_library::catalogue::{PolicyDocument, PolicyPush},
        tasks::catalogue::WorkItem,
    },
};

/// The most items or units at once.
const MOST: usize = 100;

/// A policy and whom it is for (政策推送).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyDocumentPushInput {
    /// The policy (政策).
    pub policy_document: Id<PolicyDocument>,
    /// Items it is for (事项), at most 100 within your subtree: their leading units get it.
    pub work_items: Option<Vec<Id<WorkItem>>>,
    /// Units it is for (单位), at most 100 within your subtree.
    pub units: Option<Vec<Id<Unit>>>,
    /// What it is for (推送说明), 1 to 1,000 characters.
    pub note: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PolicyDocumentPushInput {
    const NAME: &'static str = "policyDocumentPush";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let (resource, action) = Self::RIGHT;
        let mut faults = Faults::default();
        let document = tx.gate::<policy_document::Entity>(Action::Read)?.id(self.policy_document.uuid()).one().await?;
        let document = faults.known(document, "input.policyDocument");
        let note = self.note.as_ref().and_then(|n| faults.take(checks::text(n, "input.note", 1000)));
        let items: Vec<Uuid> = self.work_items.iter().flatten().map(|id| id.uuid()).collect();
        let units: Vec<Uuid> = self.units.iter().flatten().map(|id| id.uuid()).collect();
        if items.is_empty() && units.is_empty() {
            faults.add(UserError::of(Code::Required, "input.units"));
        }
        for (n, field) in [(items.len(), "input.workItems"), (units.len(), "input.units")] {
            if n > MOST {
                let (zh, en) = (format!("至多 {MOST} 个"), format!("At most {MOST}."));
                faults.add(UserError::new(Code::InvalidValue, field, zh, en));
            }
        }
        faults.check()?;
        let mut to: Vec<(Option<Uuid>, Uuid)> = vec![];
        let found =
            tx.gate_as::<work_item::Entity>(resource, action)?.filter(work_item::Column::Id.is_in(items.clone()));
        let found = found.all().await?;
        if items.iter().any(|id| found.iter().all(|row| row.id != *id)) {
            faults.add(UserError::of(Code::Unknown, "input.workItems"));
        }
        to.extend(found.into_iter().map(|item| (Some(item.id), item.unit_id)));
        let found = tx.gate_as::<unit::Entity>(resource, action)?.filter(unit::Column::Id.is_in(units.clone()));
        let found = found.all().await?;
        if units.iter().any(|id| found.iter().all(|row| row.id != *id)) {
            faults.add(UserError::of(Code::Unknown, "input.units"));
        }
        to.extend(found.into_iter().map(|unit| (None, unit.id)));
        faults.check()?;
        let Some(document) = document else { return Err(Code::InternalServerError.into()) };
        let row = |(item, unit): (Option<Uuid>, Uuid)| policy_push::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            document_id: Set(document.id),
            item_id: Set(item),
            unit_id: Set(unit),
            note: Set(note.clone()),
            key: Set(format!("{}:{}", document.id, item.unwrap_or(unit))),
            pushed_by: Set(tx.session().user_id()),
            created_at: Set(tx.session().now()),
            read_at: Set(None),
            read_by: Set(None),
        };
        // Pushed before, it is not pushed again.
        let rows = to.into_iter().map(row).collect();
        let pushed = tx.insert_missing::<policy_push::ActiveModel>(rows, [policy_push::Column::Key]).await?.len();
        tx.touched("PolicyDocument", document.id, json!({ "pushed": pushed }));
        tx.emit("policyDocument.pushed", "PolicyDocument", document.id, document.version, json!({})).await?;
        Ok(document.id)
    }
}

/// A push that came (政策签收).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyPushReadInput {
    /// Which push, to your unit or within your reach.
    pub id: Id<PolicyPush>,
}

#[async_trait::async_trait]
impl Command for PolicyPushReadInput {
    const NAME: &'static str = "policyPushRead";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Read);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<policy_push::Entity>(Action::Read)?.id(self.id.uuid()).required().await?;
        let confirmed = tx
            .change::<policy_push::Entity>()
            .id(row.id)
            .filter(policy_push::Column::ReadAt.is_null())
            .set(policy_push::Column::ReadAt, Expr::value(tx.session().now()))
            .set(policy_push::Column::ReadBy, Expr::value(tx.session().user_id()))
            .run()
            .await?;
        if confirmed == 1 {
            tx.touched("PolicyPush", row.id, json!({}));
        }
        Ok(row.id)
    }
}
