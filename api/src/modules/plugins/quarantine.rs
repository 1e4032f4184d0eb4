//! Components that nobody on the platform may run (隔离): placed by the operator, or by the platform where a component
//! imports what no manifest could declare. Every tenant that has it finds a line in its audit record.

use std::sync::Arc;

use declarative::Plugin;
use entities::{blob, plugin, plugin_package, tenant, values::PluginState};
use sea_orm::ColumnTrait;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, UserError},
        platform::Platform,
        quarantine as list,
        session::Reason,
        tx::Inner,
    },
    modules::plugins::store::{self, Outline},
};

/// The most that the platform places by itself. What is beyond is refused all the same, as it was the first time; who
/// sends one after another should not fill the list that every replica keeps.
const MOST: usize = 10_000;

/// Puts a component on the list, and tells the tenants that have it; tells whether it was not there.
pub async fn place(platform: &Arc<Platform>, sha256: &str, because: &str, by: &str) -> Result<bool, ApiError> {
    let fresh = list::place(platform, sha256, because, by).await?;
    if fresh {
        tell(platform, sha256, by, "pluginQuarantine", json!({ "sha256": sha256, "because": because })).await?;
    }
    Ok(fresh)
}

/// Takes a component from the list, and tells the tenants that have it; tells whether it was there.
pub async fn release(platform: &Arc<Platform>, sha256: &str, by: &str) -> Result<bool, ApiError> {
    let gone = list::release(platform, sha256).await?;
    if gone {
        tell(platform, sha256, by, "pluginRelease", json!({ "sha256": sha256 })).await?;
    }
    Ok(gone)
}

async fn tell(platform: &Arc<Platform>, sha256: &str, by: &str, action: &str, detail: Json) -> Result<(), ApiError> {
    let system = platform.system(Reason::Quarantine);
    let tx = system.begin(None).await?;
    let tenants = tx.global::<tenant::Entity>().all().await?;
    tx.rollback().await?;
    for tenant in tenants {
        let tx = system.begin(Some(tenant.id)).await?;
        if tx.parts::<blob::Entity>().filter(blob::Column::Sha256.eq(sha256)).count().await? == 0 {
            tx.rollback().await?;
            continue;
        }
        let rows = tx.parts::<plugin::Entity>().filter(plugin::Column::State.ne(PluginState::Removed)).all().await?;
        for row in rows {
            let package = tx.parts::<plugin_package::Entity>().id(row.package_id).required().await?;
            // One that is refused today has the component all the same.
            let Some(Outline { plugin, .. }) = store::outlined(&package).await? else { continue };
            if plugin.code.as_ref().is_some_and(|code| code.sha256 == sha256) {
                tx.own_act(by, action, ("Plugin", Some(row.id)), detail.clone()).await?;
            }
        }
        // The hint that goes with it lets every replica look at the list again.
        tx.rights_changed().await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A component was found to import what no manifest could declare: it is placed, on the record of the tenant where it
/// was tried.
pub async fn caught(platform: &Arc<Platform>, tenant: Uuid, plugin: &Plugin, import: &str) -> Result<(), ApiError> {
    let Some(code) = &plugin.code else { return Ok(()) };
    let because = format!("组件导入了 {import}");
    if list::list(platform).await?.len() >= MOST || !place(platform, &code.sha256, &because, "system").await? {
        return Ok(());
    }
    let tx = platform.system(Reason::Quarantine).begin(Some(tenant)).await?;
    let detail = json!({ "sha256": code.sha256, "because": because, "key": plugin.key });
    tx.own_act("system", "pluginQuarantine", ("Plugin", None), detail).await?;
    tx.commit().await
}

/// Refuses a plug-in whose component is on the list, before anything of it is compiled.
pub async fn spared(platform: &Platform, plugin: &Plugin) -> Result<(), Fault> {
    match &plugin.code {
        Some(code) => unless(platform.quarantined(&code.sha256).await?, "input.component"),
        None => Ok(()),
    }
}

/// Refuses a change by which a component on the list would come to work.
pub async fn refuse(tx: &Inner, plugin: &Plugin, field: &str) -> Result<(), Fault> {
    match &plugin.code {
        Some(code) => unless(tx.quarantined(&code.sha256).await?, field),
        None => Ok(()),
    }
}

fn unless(reason: Option<String>, field: &str) -> Result<(), Fault> {
    let Some(reason) = reason else { return Ok(()) };
    let zh = format!("插件组件已被平台隔离：{reason}");
    let en = format!("The plug-in's component is quarantined on the whole platform: {reason}");
    Err(UserError::new(Code::PluginQuarantined, field, zh, en).into())
}
