//! Sets a party organisation up.

use async_graphql::InputObject;
use entities::{party_organisation, unit, values::PartyOrganisationKind};
use policies::{Action, Resource};
use sea_orm::Set;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::organisation::{
        catalogue::{PartyOrganisation, Unit},
        commands::{name, segment},
    },
};

/// A new party organisation (党组织).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PartyOrganisationCreateInput {
    /// Full name (全称), 1 to 200 characters.
    pub name: String,
    /// Kind (类别).
    pub kind: Gql<PartyOrganisationKind>,
    /// The organisation above it; none for the top of the tree.
    pub parent: Option<Id<PartyOrganisation>>,
    /// The unit it is set up in (所在单位).
    pub unit: Id<Unit>,
    /// First day (成立日期); today unless given.
    pub valid_from: Option<Given<chrono::NaiveDate>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PartyOrganisationCreateInput {
    const NAME: &'static str = "partyOrganisationCreate";
    const RIGHT: (Resource, Action) = (Resource::PartyOrganisation, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let name = faults.take(name(&self.name, "input.name"));
        let valid_from = match &self.valid_from {
            Some(given) => given.get("input.validFrom", &mut faults),
            None => Some(tx.session().today()),
        };
        let unit = tx.gate::<unit::Entity>(Action::Read)?.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        let mut above = String::from("/");
        if let Some(parent) = &self.parent {
            match tx.gate::<party_organisation::Entity>(Action::Create)?.id(parent.uuid()).one().await? {
                Some(parent) => above = parent.path,
                None => faults.add(UserError::of(Code::Unknown, "input.parent")),
            }
        }
        faults.check()?;
        let (Some(name), Some(valid_from), Some(unit)) = (name, valid_from, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(party_organisation::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            name: Set(name),
            kind: Set(self.kind.0),
            parent_id: Set(self.parent.as_ref().map(Id::uuid)),
            path: Set(format!("{above}{}", segment(id))),
            unit_id: Set(unit.id),
            valid_from: Set(valid_from),
            valid_until: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("PartyOrganisation", id, json!({ "created": true }));
        tx.emit("partyOrganisation.created", "PartyOrganisation", id, 1, json!({})).await?;
        Ok(id)
    }
}
