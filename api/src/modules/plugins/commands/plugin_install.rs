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
        command::{Command, Note},
        error::{Code, Fault, UserError},
        session::Session,
        tx::{Advice, Tx},
    },
    modules::plugins::{
        change, code,
        epochs::{activating::activate, preparing::rehearsed},
        quarantine, refusing,
        signing::Signer,
        store, trust,
    },
};

/// Declares how a plug-in is sent: for an install and for an upgrade alike.
macro_rules! sent_input {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(InputObject, Serialize, Clone, Debug)]
        pub struct $name {
            /// The plug-in's files (文件): an object of texts by their paths, `plugin.toml` among them; 192 KiB in all. This
            /// or `archive`.
            pub files: Option<JsonText>,
            /// The packed plug-in (插件包) in base64, as `zugong plugin pack` and `sign` write it, its component in it. Every
            /// signature in it must be good; who signed stands in the audit record.
            pub archive: Option<String>,
            /// What `pluginCheck` gave for these files (摘要): whoever gives it has seen what they change.
            pub digest: String,
            /// The plug-in's component (组件) in base64, for a plug-in with code that is sent as `files`. A large one does
            /// not fit into a request: whoever operates the platform puts it in by `zugong plugin install`.
            pub component: Option<String>,
            /// Your key for this change: the same key and input again do nothing more for 72 hours.
            pub idempotency_key: Option<String>,
        }

        impl $name {
            fn sent(&self) -> Sent<'_> {
                Sent {
                    files: self.files.as_ref(),
                    archive: self.archive.as_deref(),
                    digest: &self.digest,
                    component: self.component.as_deref(),
                }
            }
        }
    };
}

sent_input!(
    /// A plug-in to be installed (安装插件).
    PluginInstallInput
);
sent_input!(
    /// A later version of a plug-in (升级插件).
    PluginUpgradeInput
);

/// A plug-in as it was sent.
#[derive(Clone, Copy)]
struct Sent<'a> {
    files: Option<&'a JsonText>,
    archive: Option<&'a str>,
    digest: &'a str,
    component: Option<&'a str>,
}

#[async_trait::async_trait]
impl Command for PluginInstallInput {
    const NAME: &'static str = "pluginInstall";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        self.sent().compiled(session).await
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        ours(tx.session())?;
        let (package, plugin, signers) = self.sent().examined(tx.session()).await?;
        change::install(tx, &package, &plugin, &signers).await
    }

    fn refused(&self, errors: &[UserError]) -> Option<Note> {
        self.sent().tried(Self::NAME, errors)
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
        let compiled = self.sent().compiled(session).await?;
        // What is wrong with it is told by `run`.
        let package = self.sent().read(session).await.ok().map(|(package, plugin, _)| (package, plugin));
        Ok(compiled.and(rehearsed(session, self, PluginEpochAction::Upgrade, package).await?))
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        ours(tx.session())?;
        let (package, plugin, signers) = self.sent().examined(tx.session()).await?;
        let row = tx.gate::<plugin::Entity>(Action::Publish)?.filter(plugin::Column::Key.eq(&plugin.key)).lock().one();
        let row = row.await?.ok_or_else(|| {
            let (zh, en) = ("尚未安装此插件", "The plug-in is not installed.");
            UserError::new(Code::Unknown, self.sent().field(), zh, en)
        })?;
        change::upgrade(tx, &row, &package, &plugin, &signers, place(tx)).await?;
        activate(tx, tx.advice().next()).await?;
        Ok(row.id)
    }

    fn refused(&self, errors: &[UserError]) -> Option<Note> {
        self.sent().tried(Self::NAME, errors)
    }
}

impl Sent<'_> {
    /// By what it was sent.
    const fn field(self) -> &'static str {
        if self.archive.is_some() { "input.archive" } else { "input.files" }
    }

    /// Compiling takes its time; within the transaction it is found done, or what is wrong is told.
    async fn compiled(self, session: &Session) -> Result<Advice, Fault> {
        if self.component.is_some() || self.archive.is_some() {
            let Ok((package, plugin, _)) = self.read(session).await else { return Ok(Advice::default()) };
            if let Err(rejected) = code::examine(&package, &plugin).await {
                if let Some(import) = &rejected.foreign {
                    ours(session)?;
                    quarantine::caught(session.platform(), session.tenant().id, &plugin, import).await?;
                }
                return Err(rejected.fault);
            }
        }
        Ok(Advice::default())
    }

    /// The plug-in, whole and right, its component with it, and who has signed it.
    async fn examined(self, session: &Session) -> Result<(Package, Arc<Plugin>, Vec<Signer>), Fault> {
        let (package, plugin, signers) = self.read(session).await?;
        code::examine(&package, &plugin).await?;
        Ok((package, plugin, signers))
    }

    /// The plug-in with its component, before that was looked at.
    async fn read(self, session: &Session) -> Result<(Package, Arc<Plugin>, Vec<Signer>), Fault> {
        let (mut package, signers) =
            trust::received(self.files.map(|files| &files.0), self.archive).map_err(|all| self.refused(all))?;
        if package.digest() != self.digest {
            let (zh, en) =
                ("摘要与文件不符；请先用 pluginCheck 查看差异", "The digest is not of these files: ask `pluginCheck`.");
            return Err(UserError::new(Code::InvalidValue, "input.digest", zh, en).into());
        }
        if let Some(text) = self.component {
            let bytes = BASE64.decode(text).map_err(|_| {
                let (zh, en) = ("组件应为 base64", "The component is not base64.");
                UserError::new(Code::InvalidFormat, "input.component", zh, en)
            })?;
            package = package.with(bytes);
        }
        let plugin = store::checked(package.clone()).await?.map_err(|all| self.refused(all))?;
        trust::admit(session.platform().trust(), &plugin, &signers)?;
        quarantine::spared(session.platform(), &plugin).await?;
        Ok((package, plugin, signers))
    }

    /// What is put on record of it when it is refused.
    fn tried(self, change: &str, errors: &[UserError]) -> Option<Note> {
        let signers = || {
            let received = trust::received(self.files.map(|files| &files.0), self.archive);
            received.map(|(_, signers)| signers).unwrap_or_default()
        };
        let detail = refusing::line(change, errors, self.digest, signers)?;
        Some(Note { action: refusing::ACTION, object_type: "Plugin", object_id: None, detail })
    }

    fn refused(self, defects: Vec<Defect>) -> Fault {
        let refusal = |d: Defect| {
            let zh = format!("{} 第 {} 行：{}。改法：{}", d.file, d.line, d.message, d.mend);
            UserError::new(Code::PluginRefused, self.field(), zh, format!("{}:{}: {}", d.file, d.line, d.code))
        };
        Fault::Refused(defects.into_iter().map(refusal).collect())
    }
}
