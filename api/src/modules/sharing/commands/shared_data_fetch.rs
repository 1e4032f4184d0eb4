//! Keeps what the agencies' systems gave for a cadre.

use async_graphql::InputObject;
use entities::{cadre, person, shared_field};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{ApiError, Fault},
        id::Id,
        session::Session,
        tx::{Tx, plus_one},
    },
    modules::{
        exchange::{client::Client, envelope::NodeKey},
        identity::Identity,
        personnel::catalogue::Cadre,
        sharing::fetch::{Fetched, ask, askable},
    },
};

/// Whose data are asked for (横向采集).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct SharedDataFetchInput {
    /// Of whom (干部).
    pub cadre: Id<Cadre>,
}

/// The command: the input, and what the systems answered before the transaction began.
#[derive(Serialize)]
pub struct SharedDataFetch {
    input: SharedDataFetchInput,
    #[serde(skip)]
    fetched: Vec<Fetched>,
}

impl SharedDataFetch {
    /// Asks the systems, if the caller may ask about the cadre at all.
    pub async fn prepare(
        session: &Session,
        client: &Client,
        identity: &Identity,
        input: SharedDataFetchInput,
    ) -> Result<Self, ApiError> {
        session.require(Self::RIGHT.0, Self::RIGHT.1)?;
        let tx = session.begin().await?;
        let known = Self::question(&tx, &input).await;
        tx.rollback().await?;
        let (id_number, sources) = known?;
        let (key, tenant) = (NodeKey::of(identity, session.tenant().id)?, &session.tenant().code);
        let fetched = ask(client, &key, tenant, &id_number, &sources).await;
        Ok(Self { input, fetched })
    }

    async fn question(
        tx: &Tx,
        input: &SharedDataFetchInput,
    ) -> Result<(String, Vec<entities::source_system::Model>), ApiError> {
        let reach = tx.gate_as::<cadre::Entity>(Self::RIGHT.0, Self::RIGHT.1)?;
        let cadre = reach.id(input.cadre.uuid()).required().await?;
        let person = tx.parts::<person::Entity>().id(cadre.person_id).required().await?;
        Ok((person.id_number, askable(tx).await?))
    }
}

#[async_trait::async_trait]
impl Command for SharedDataFetch {
    const NAME: &'static str = "sharedDataFetch";
    const RIGHT: (Resource, Action) = (Resource::SharedData, Action::Update);
    type Output = (Uuid, Vec<String>);

    async fn run(&self, tx: &Tx) -> Result<Self::Output, Fault> {
        let reach = tx.gate_as::<cadre::Entity>(Self::RIGHT.0, Self::RIGHT.1)?;
        let cadre = reach.id(self.input.cadre.uuid()).lock().required().await?;
        let (mut count, mut unavailable) = (0, vec![]);
        for fetched in &self.fetched {
            match &fetched.values {
                Ok(values) => {
                    for (field, value) in values {
                        keep(tx, cadre.id, fetched.source, field, value).await?;
                        count += 1;
                    }
                }
                Err(_) => unavailable.push(fetched.key.clone()),
            }
        }
        tx.touched("Cadre", cadre.id, json!({ "fetchedFields": count, "unavailable": unavailable }));
        tx.emit("sharedData.fetched", "Cadre", cadre.id, cadre.version, json!({})).await?;
        Ok((cadre.id, unavailable))
    }
}

/// The latest value of a field; the cadre's row is locked.
async fn keep(tx: &Tx, cadre: Uuid, source: Uuid, field: &str, value: &Json) -> Result<(), Fault> {
    use shared_field::Column;
    let row = shared_field::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        cadre_id: Set(cadre),
        field: Set(field.to_string()),
        source_id: Set(source),
        value: Set(value.clone()),
        fetched_at: Set(tx.session().now()),
        version: Set(1),
    };
    if !tx.insert_new(row, [Column::CadreId, Column::Field]).await? {
        tx.change::<shared_field::Entity>()
            .filter(Column::CadreId.eq(cadre))
            .filter(Column::Field.eq(field))
            .set(Column::SourceId, Expr::value(source))
            .set(Column::Value, Expr::value(value.clone()))
            .set(Column::FetchedAt, Expr::value(tx.session().now()))
            .set(Column::Version, plus_one(Column::Version))
            .run()
            .await?;
    }
    Ok(())
}
