//! Says what a plug-in's component may ask and do, and what is set for it.

use async_graphql::{InputObject, MaybeUndefined};
use declarative::Capabilities;
use entities::{plugin, values::PluginState};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::plugin_state::found;
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::plugins::{catalogue::Plugin, store},
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
        let requested = store::read(tx, row.package_id).await?.capabilities.clone();
        let granted = self.granted();
        let mut faults = Faults::default();
        let beyond = beyond(&requested, &granted);
        for (field, name, known) in beyond {
            let zh = format!("插件没有申请 {name}；已申请：{known}");
            let en = format!("The plug-in does not request {name}; it requests: {known}.");
            faults.add(UserError::new(Code::Unknown, format!("input.{field}"), zh, en));
        }
        let config = match &self.config {
            MaybeUndefined::Undefined => row.config.clone(),
            MaybeUndefined::Null => json!({}),
            MaybeUndefined::Value(JsonText(config)) => {
                if !config.is_object() || config.to_string().len() > MAX_CONFIG {
                    let (zh, en) = ("应为至多 16 KiB 的 JSON 对象", "Takes a JSON object of at most 16 KiB.");
                    faults.add(UserError::new(Code::InvalidFormat, "input.config", zh, en));
                }
                config.clone()
            }
        };
        faults.check()?;
        let grants = serde_json::to_value(&granted).map_err(|_| Code::InternalServerError)?;
        tx.change::<plugin::Entity>()
            .id(row.id)
            .set(plugin::Column::Grants, Expr::value(grants.clone()))
            .set(plugin::Column::Config, Expr::value(config.clone()))
            .set(plugin::Column::UpdatedAt, Expr::value(tx.now()))
            .set(plugin::Column::Version, plus_one(plugin::Column::Version))
            .run()
            .await?;
        tx.rights_changed().await?;
        let set: Vec<&str> = config.as_object().into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        tx.touched("Plugin", row.id, json!({ "granted": grants, "before": row.grants, "configured": set }));
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

/// What is granted and was not requested: the input's field, the name, and what was requested there.
fn beyond(requested: &Capabilities, granted: &Capabilities) -> Vec<(&'static str, String, String)> {
    let mut out = vec![];
    for (view, fields) in &granted.core {
        let known = requested.core.get(view);
        for field in fields.iter().filter(|field| known.is_none_or(|known| !known.contains(*field))) {
            let all =
                requested.core.iter().flat_map(|(view, fields)| fields.iter().map(move |f| format!("{view}.{f}")));
            out.push(("core", format!("{view}.{field}"), all.collect::<Vec<_>>().join("、")));
        }
    }
    let sets = [
        ("data", &requested.data, &granted.data),
        ("connectors", &requested.connectors, &granted.connectors),
        ("effects", &requested.effects, &granted.effects),
    ];
    for (field, requested, granted) in sets {
        let known = requested.iter().cloned().collect::<Vec<_>>().join("、");
        out.extend(granted.difference(requested).map(|name| (field, name.clone(), known.clone())));
    }
    out
}

/// The capabilities as an answer shows them.
pub fn shown(capabilities: &Capabilities) -> JsonText {
    JsonText(serde_json::to_value(capabilities).unwrap_or(Json::Null))
}
