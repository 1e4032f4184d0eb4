//! Puts a plug-in in, or a later version of it.

use std::sync::Arc;

use async_graphql::InputObject;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use declarative::{Fault as Defect, Package, Plugin};
use entities::{plugin, values::PluginEpochAction};
use policies::{Action, Resource};
use sea_orm::ColumnTrait;
use serde::Serialize;
use uuid::Uuid;

use super::plugin_state::{ours, place};
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        session::Session,
        tx::{Advice, Tx},
    },
    modules::plugins::{
        change, code,
        epochs::{activating::activate, preparing::rehearsed},
        store,
    },
};

/// A plug-in to be installed (安装插件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginInstallInput {
    /// The plug-in's files (文件): an object of texts by their paths, `plugin.toml` among them; 192 KiB in all.
    pub files: JsonText,
    /// What `pluginCheck` gave for these files (摘要): whoever gives it has seen what they change.
    pub digest: String,
    /// The plug-in's component (组件) in base64, for a plug-in with code. A large one does not fit into a request: whoever
    /// operates the platform puts it in by `zugong plugin install`.
    pub component: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// A later version of a plug-in (升级插件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginUpgradeInput {
    /// The plug-in's files (文件): an object of texts by their paths, `plugin.toml` among them; 192 KiB in all.
    pub files: JsonText,
    /// What `pluginCheck` gave for these files (摘要): whoever gives it has seen what they change.
    pub digest: String,
    /// The plug-in's component (组件) in base64, for a plug-in with code. A large one does not fit into a request: whoever
    /// operates the platform puts it in by `zugong plugin install`.
    pub component: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PluginInstallInput {
    const NAME: &'static str = "pluginInstall";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&self, _session: &Session) -> Result<Advice, Fault> {
        if self.component.is_some() {
            // Compiling takes its time; `run` finds it done, or tells what is wrong.
            let _ = examined(&self.files, &self.digest, self.component.as_deref()).await;
        }
        Ok(Advice::default())
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        ours(tx)?;
        let (package, plugin) = examined(&self.files, &self.digest, self.component.as_deref()).await?;
        change::install(tx, &package, &plugin).await
    }
}

#[async_trait::async_trait]
impl Command for PluginUpgradeInput {
    const NAME: &'static str = "pluginUpgrade";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        // What is wrong with it is told by `run`.
        let package = examined(&self.files, &self.digest, self.component.as_deref()).await.ok();
        rehearsed(session, self, PluginEpochAction::Upgrade, package).await
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        ours(tx)?;
        let (package, plugin) = examined(&self.files, &self.digest, self.component.as_deref()).await?;
        let row = tx.gate::<plugin::Entity>(Action::Publish)?.filter(plugin::Column::Key.eq(&plugin.key)).lock().one();
        let row = row.await?.ok_or_else(|| {
            let (zh, en) = ("尚未安装此插件", "The plug-in is not installed.");
            UserError::new(Code::Unknown, "input.files", zh, en)
        })?;
        change::upgrade(tx, &row, &package, &plugin, place(tx)).await?;
        activate(tx, tx.advice()).await?;
        Ok(row.id)
    }
}

/// The plug-in, whole and right, its component with it.
async fn examined(files: &JsonText, digest: &str, component: Option<&str>) -> Result<(Package, Arc<Plugin>), Fault> {
    let mut package = confirmed(files, digest)?;
    if let Some(text) = component {
        let bytes = BASE64.decode(text).map_err(|_| {
            let (zh, en) = ("组件应为 base64", "The component is not base64.");
            UserError::new(Code::InvalidFormat, "input.component", zh, en)
        })?;
        package = package.with(bytes);
    }
    let plugin = store::checked(package.clone()).await?.map_err(refused)?;
    code::examine(&package, &plugin).await?;
    Ok((package, plugin))
}

fn confirmed(files: &JsonText, digest: &str) -> Result<Package, Fault> {
    let package = store::package(&files.0).map_err(refused)?;
    if package.digest() != digest {
        let (zh, en) =
            ("摘要与文件不符；请先用 pluginCheck 查看差异", "The digest is not of these files: ask `pluginCheck`.");
        return Err(UserError::new(Code::InvalidValue, "input.digest", zh, en).into());
    }
    Ok(package)
}

fn refused(defects: Vec<Defect>) -> Fault {
    let refusal = |d: Defect| {
        let zh = format!("{} 第 {} 行：{}。改法：{}", d.file, d.line, d.message, d.mend);
        UserError::new(Code::PluginRefused, "input.files", zh, format!("{}:{}: {}", d.file, d.line, d.code))
    };
    Fault::Refused(defects.into_iter().map(refusal).collect())
}
