//! Changes a party organisation.

use async_graphql::InputObject;
use entities::{party_organisation, values::PartyOrganisationKind};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::organisation::{
        catalogue::PartyOrganisation,
        commands::{name, version_mismatch},
    },
};

/// Changes to a party organisation; what is left out stays as it is.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PartyOrganisationUpdateInput {
    /// Which organisation.
    pub id: Id<PartyOrganisation>,
    /// The version that you read.
    pub expected_version: i32,
    /// Full name (全称), 1 to 200 characters.
    pub name: Option<String>,
    /// Kind (类别).
    pub kind: Option<Gql<PartyOrganisationKind>>,
}

#[async_trait::async_trait]
impl Command for PartyOrganisationUpdateInput {
    const NAME: &'static str = "partyOrganisationUpdate";
    const RIGHT: (Resource, Action) = (Resource::PartyOrganisation, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<party_organisation::Entity>(Action::Update)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let mut change = tx
            .change::<party_organisation::Entity>()
            .id(row.id)
            .filter(party_organisation::Column::Version.eq(self.expected_version))
            .set(party_organisation::Column::Version, plus_one(party_organisation::Column::Version))
            .set(party_organisation::Column::UpdatedAt, Expr::value(tx.session().now()));
        let mut changed = vec![];
        if let Some(text) = &self.name
            && let Some(text) = faults.take(name(text, "input.name"))
        {
            change = change.set(party_organisation::Column::Name, Expr::value(text));
            changed.push("name");
        }
        if let Some(kind) = self.kind {
            change = change.set(party_organisation::Column::Kind, Expr::value(kind.0));
            changed.push("kind");
        }
        if changed.is_empty() && faults.is_empty() {
            faults.add(UserError::new(Code::Required, "input", "没有要修改的内容", "Nothing to change was given."));
        }
        faults.check()?;
        change.last(version_mismatch()).await?;
        tx.touched("PartyOrganisation", row.id, json!({ "changed": changed }));
        tx.emit(
            "partyOrganisation.updated",
            "PartyOrganisation",
            row.id,
            self.expected_version.saturating_add(1),
            json!({}),
        )
        .await?;
        Ok(row.id)
    }
}
