//! Says what a plug-in's component may ask and do, and what is set for it.

use async_graphql::{InputObject, MaybeUndefined};
use declarative::Capabilities;
use entities::values::PluginState;
use policies::{Action, Resource};
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::plugin_state::found;
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::plugins::{catalogue::Plugin, granting::grant},
};

/// The longest configuration, in bytes.
const MAX_CONFIG: usize = 16 * 1024;

/// Fields of a core type that a component may read (可读字段).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginViewInput {
    /// The core type: `Cadre`, `Case` or `Unit`.
    pub view: String,
    /// Its fields.
    pub fields: Vec<String>,
}

/// What a plug-in's component may ask and do (授予能力): the whole of it, in the place of what it was. Only what its
/// manifest requests can be granted; `pluginCapabilities` tells it.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginGrantInput {
    /// Which (插件).
    pub id: Id<Plugin>,
    /// Fields of core types that it may read, as the caller on whose behalf it is asked would.
    #[graphql(default)]
    pub core: Vec<PluginViewInput>,
    /// Its own matters whose cases it may read, by their keys.
    #[graphql(default)]
    pub data: Vec<String>,
    /// Its connectors that it may call, by their names.
    #[graphql(default)]
    pub connectors: Vec<String>,
    /// What it may have done: `set-field`, `open-task`, `notify`, `start-matter`.
    #[graphql(default)]
    pub effects: Vec<String>,
    /// What is set for it (配置): a JSON object of at most 16 KiB without secrets, which its component is given; left out,
    /// it stays, null empties it.
    pub config: MaybeUndefined<JsonText>,
    /// The `version` that you have read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PluginGrantInput {
    const NAME: &'static str = "pluginGrant";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = found(tx, &self.id, self.expected_version).await?;
        if row.state == PluginState::Removed {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        let config = match &self.config {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(json!({})),
            MaybeUndefined::Value(JsonText(config)) if config.is_object() && config.to_string().len() <= MAX_CONFIG => {
                Some(config.clone())
            }
            MaybeUndefined::Value(_) => {
                let (zh, en) = ("应为至多 16 KiB 的 JSON 对象", "Takes a JSON object of at most 16 KiB.");
                return Err(UserError::new(Code::InvalidFormat, "input.config", zh, en).into());
            }
        };
        grant(tx, &row, &self.granted(), config).await?;
        Ok(row.id)
    }
}

impl PluginGrantInput {
    fn granted(&self) -> Capabilities {
        let mut core = std::collections::BTreeMap::<String, std::collections::BTreeSet<String>>::new();
        for view in &self.core {
            core.entry(view.view.clone()).or_default().extend(view.fields.iter().cloned());
        }
        Capabilities {
            core,
            data: self.data.iter().cloned().collect(),
            connectors: self.connectors.iter().cloned().collect(),
            effects: self.effects.iter().cloned().collect(),
        }
    }
}

/// The capabilities as an answer shows them.
pub fn shown(capabilities: &Capabilities) -> JsonText {
    JsonText(serde_json::to_value(capabilities).unwrap_or(Json::Null))
}
