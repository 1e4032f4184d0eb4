//! Asks agencies' systems for what they know of a person, all at once and outside any transaction (横向采集), H-06.

use entities::{source_system, values::PeerState};
use futures::future::join_all;
use sea_orm::ColumnTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, tx::Tx},
    modules::{
        exchange::{client::Client, envelope::NodeKey},
        matters::opening::texts,
    },
};

/// What a system is asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    /// Code of the tenant that asks.
    from: &'a str,
    id_number: &'a str,
    fields: &'a [String],
}

/// What it answers: values by field; what it does not know is left out.
#[derive(Deserialize)]
struct Reply {
    values: Map<String, Json>,
}

/// What came of one system.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The system.
    pub source: Uuid,
    /// Its key.
    pub key: String,
    /// Values by form field, or why there are none.
    pub values: Result<Map<String, Json>, String>,
}

/// The systems of a tenant that can be asked.
pub async fn askable(tx: &Tx) -> Result<Vec<source_system::Model>, ApiError> {
    let sources = tx.parts::<source_system::Entity>().filter(source_system::Column::State.eq(PeerState::Active));
    sources.filter(source_system::Column::Endpoint.is_not_null()).all().await
}

/// Asks all of them; one that does not answer holds nobody up for longer than the client is patient.
pub async fn ask(
    client: &Client,
    key: &NodeKey,
    tenant: &str,
    id_number: &str,
    sources: &[source_system::Model],
) -> Vec<Fetched> {
    let asked = sources.iter().map(|source| async move {
        let values = one(client, key, tenant, id_number, source).await;
        if let Err(reason) = &values {
            tracing::info!(source = source.key, reason, "a source system gave nothing");
        }
        Fetched { source: source.id, key: source.key.clone(), values }
    });
    join_all(asked).await
}

async fn one(
    client: &Client,
    key: &NodeKey,
    tenant: &str,
    id_number: &str,
    source: &source_system::Model,
) -> Result<Map<String, Json>, String> {
    let endpoint = source.endpoint.as_deref().ok_or("it has no address")?;
    let fields = texts(&source.fields);
    let question = Question { from: tenant, id_number, fields: &fields };
    let bytes = serde_json::to_vec(&question).map_err(|error| error.to_string())?;
    let signature = key.sign(&bytes);
    let answer = client.post(endpoint, "/fields", bytes, &signature).await?;
    let reply: Reply = serde_json::from_slice(&answer).map_err(|_| "its answer cannot be read")?;
    // Only what it was registered for, and only what a form can hold.
    let simple = |value: &Json| matches!(value, Json::String(_) | Json::Number(_) | Json::Bool(_));
    Ok(reply.values.into_iter().filter(|(name, value)| fields.contains(name) && simple(value)).collect())
}
