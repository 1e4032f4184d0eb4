//! What can be asked of a plug-in before it is installed.

use async_graphql::{Context, Object, Result, SimpleObject};
use declarative::{Capabilities, Fault};
use entities::{plugin, plugin_slot};
use policies::{Action, Resource};

use crate::{
    graph::{scalars::JsonText, schema::required},
    kernel::{
        error::{ApiError, Code},
        id::Id,
    },
    modules::plugins::{catalogue::Plugin, change, commands::plugin_grant::shown, difference, granting, store, trust},
};

/// One thing that is wrong with a plug-in (插件缺陷).
#[derive(SimpleObject)]
pub struct PluginFault {
    /// The file (文件).
    file: String,
    /// The line, from 1 (行).
    line: i32,
    /// A stable word for the kind of fault (代码).
    code: &'static str,
    /// What is wrong, in Chinese (问题).
    message: String,
    /// How it is mended, in Chinese (改法).
    mend: String,
}

impl From<Fault> for PluginFault {
    fn from(fault: Fault) -> Self {
        let line = i32::try_from(fault.line).unwrap_or(i32::MAX);
        Self { file: fault.file, line, code: fault.code, message: fault.message, mend: fault.mend }
    }
}

/// Somebody who has signed a packed plug-in (签名者).
#[derive(SimpleObject)]
pub struct PluginSigner {
    /// As what (身份): `publisher` or `reviewer`.
    role: &'static str,
    /// The public key (公钥).
    key: String,
}

/// What a plug-in is and what it would change (插件检查结果).
#[derive(SimpleObject, Default)]
pub struct PluginCheck {
    /// What to confirm the plug-in by in `pluginInstall` and `pluginUpgrade` (摘要); null when it is refused.
    digest: Option<String>,
    /// Its key (插件标识).
    key: Option<String>,
    /// Its title (名称).
    title: Option<String>,
    /// Its version (版本).
    release: Option<String>,
    /// The lines that come (`+`) and go (`-`) in the tenant's schema when it is enabled (接口差异).
    schema_difference: Option<String>,
    /// Whose signatures the packed plug-in has, all of them good (签名); whether they are trusted is the installation's.
    signers: Vec<PluginSigner>,
    /// What is wrong; empty when it can be installed (缺陷).
    faults: Vec<PluginFault>,
}

/// What a plug-in's component may ask and do (插件能力), each as `core` (fields by type), `data` (its matters), `connectors`
/// and `effects`.
#[derive(SimpleObject)]
pub struct PluginCapabilities {
    /// What its manifest requests (申请); nothing while its package is refused (`Plugin.refused`).
    requested: JsonText,
    /// What the administrator has granted, now or for another version (授予).
    granted: JsonText,
    /// What holds: requested and granted (生效).
    in_force: JsonText,
    /// What is set for it (配置).
    config: JsonText,
}

/// What can be asked of plug-ins besides their rows.
#[derive(Default)]
pub struct PluginQueries;

/// What can be asked of plug-ins besides their rows.
#[Object]
impl PluginQueries {
    /// What a plug-in's component may ask and do (插件能力); null when there is no such plug-in.
    /// Permission: `plugin:publish`.
    async fn plugin_capabilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plug-in.")] plugin: Id<Plugin>,
    ) -> Result<Option<PluginCapabilities>> {
        let tx = required(ctx)?.read().await?;
        let row = tx.gate::<plugin::Entity>(Action::Publish)?.id(plugin.uuid()).one().await?;
        let Some(row) = row else {
            tx.rollback().await?;
            return Ok(None);
        };
        let requested = granting::requested(&tx, &row).await;
        tx.rollback().await?;
        let requested = requested?;
        let granted: Capabilities = serde_json::from_value(row.grants).unwrap_or_default();
        Ok(Some(PluginCapabilities {
            requested: shown(&requested),
            granted: shown(&granted),
            in_force: shown(&requested.and(&granted)),
            config: JsonText(row.config),
        }))
    }

    /// Checks a plug-in and shows what it would change in the tenant's schema; nothing is installed (检查插件).
    /// Permission: `plugin:publish`.
    async fn plugin_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plug-in's files: an object of texts by their paths, `plugin.toml` among them.")]
        files: Option<JsonText>,
        #[graphql(desc = "The packed plug-in in base64, in the place of `files`.")] archive: Option<String>,
    ) -> Result<Option<PluginCheck>> {
        let session = required(ctx)?;
        session.require(Resource::Plugin, Action::Publish)?;
        let checked = match trust::received(files.as_ref().map(|files| &files.0), archive.as_deref()) {
            Ok((package, signers)) => store::checked(package).await?.map(|plugin| (plugin, signers)),
            Err(faults) => Err(faults),
        };
        let (plugin, signers) = match checked {
            Ok(found) => found,
            Err(faults) => {
                let faults = faults.into_iter().map(Into::into).collect();
                return Ok(Some(PluginCheck { faults, ..PluginCheck::default() }));
            }
        };
        let set = session.tenant().plugins.clone();
        let before = store::load(session.platform(), session.tenant().id, &set).await?.plugins;
        let tx = session.read().await?;
        let rows = tx.parts::<plugin_slot::Entity>().all().await?;
        tx.rollback().await?;
        let mut after: Vec<_> = before.iter().filter(|p| p.key != plugin.key).cloned().collect();
        after.push(plugin.clone());
        let slots = change::planned(&rows, &plugin);
        let described = host::aside(move || {
            Ok::<_, String>(difference::between(
                &difference::sdl(&before, &set.slots)?,
                &difference::sdl(&after, &slots)?,
            ))
        });
        let schema_difference = described.await.map_err(|error| error.to_string()).and_then(|made| made);
        let schema_difference = schema_difference.map_err(|error| {
            tracing::warn!(error, "a plug-in does not go with the others");
            ApiError::of(Code::AlreadyExists).saying("与已启用的插件重名", "It has names of a plug-in that is at work.")
        })?;
        Ok(Some(PluginCheck {
            digest: Some(plugin.digest.clone()),
            key: Some(plugin.key.clone()),
            title: Some(plugin.title.clone()),
            release: Some(plugin.version.clone()),
            schema_difference: Some(schema_difference),
            signers: signers.into_iter().map(|by| PluginSigner { role: by.role.as_str(), key: by.key }).collect(),
            faults: vec![],
        }))
    }
}
