//! What a component asked for and was not given (越权询问), on the tenant's audit record: ids that lead nowhere for the caller,
//! conditions and cursors that are not of its list, names that it was not granted. Another tenant's id is the id of nothing,
//! so nothing is told apart here that the component could not tell apart; what it gave is not repeated.

use std::{sync::LazyLock, time::Duration};

use declarative::Plugin;
use entities::plugin;
use moka::sync::Cache;
use sea_orm::ColumnTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::{Note, note},
        error::ApiError,
        session::Session,
    },
    modules::plugins::submission::brief,
};

/// For so long the same is not told again: a component that asks for one thing again and again makes no long record.
const ONCE_IN: Duration = Duration::from_secs(60);
/// As many are remembered.
const REMEMBERED: u64 = 10_000;

/// Tenant, plug-in, caller, what was asked and why it was denied.
type Known = (Uuid, String, Uuid, &'static str, &'static str);

static TOLD: LazyLock<Cache<Known, ()>> =
    LazyLock::new(|| Cache::builder().max_capacity(REMEMBERED).time_to_live(ONCE_IN).build());

/// Something that was not given.
#[derive(Clone, Debug)]
pub struct Denial {
    /// What was asked, as in `data.find`.
    pub asked: &'static str,
    /// Of what; in the component's words.
    pub of: String,
    /// Why it was not given.
    pub because: &'static str,
    /// How many of its ids led nowhere.
    pub unknown: usize,
}

/// Puts it on record under the caller's name, unless it stands there already.
pub async fn record(session: &Session, plugin: &Plugin, denial: Denial) -> Result<(), ApiError> {
    let Denial { asked, of, because, unknown } = denial;
    let known: Known = (session.tenant().id, plugin.key.clone(), session.user_id(), asked, because);
    if !TOLD.entry(known.clone()).or_insert(()).is_fresh() {
        return Ok(());
    }
    let detail =
        json!({ "plugin": plugin.key, "asked": asked, "of": brief(&of, 60), "because": because, "unknown": unknown });
    let written = write(session, plugin, detail).await;
    if written.is_err() {
        TOLD.invalidate(&known);
    }
    written
}

async fn write(session: &Session, plugin: &Plugin, detail: serde_json::Value) -> Result<(), ApiError> {
    let tx = session.begin().await?;
    let row = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).one().await?;
    let object_id = row.map(|row| row.id);
    note(tx, Note { action: "pluginDeny", object_type: "Plugin", object_id, detail }).await
}
