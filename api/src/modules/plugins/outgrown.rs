//! Packages that an earlier release has taken and today's checks refuse (不再合格的插件包): such a one costs its plug-in,
//! which is as if it were disabled, and never its tenant.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use declarative::Fault as Defect;
use entities::{plugin, plugin_package, tenant, values::PluginState};
use moka::sync::Cache;
use sea_orm::{ColumnTrait, Order};
use serde_json::Value as Json;

use crate::{
    graph::catalogue::Resolver,
    kernel::{
        error::{ApiError, Code, Fault, UserError},
        platform::Platform,
        session::{Reason, Session},
    },
    modules::plugins::store,
};

/// Refusals that are remembered; each is a few hundred bytes.
const KEPT: u64 = 1_000;
/// Faults of one that are told.
const TOLD: usize = 10;

static REFUSED: LazyLock<Cache<String, Arc<Refused>>> = LazyLock::new(|| Cache::new(KEPT));

/// Why a package is refused.
#[derive(Debug)]
pub struct Refused {
    /// Its faults in Chinese, with file, line and mend.
    pub words: String,
}

impl Refused {
    /// What is told to whoever would set it to work.
    pub fn fault(&self, field: &str) -> Fault {
        let zh = format!("此版本的插件包已不合现行规范：{}", self.words);
        let en = "This version of the plug-in is not as it must be any more: see `Plugin.refused`.";
        UserError::new(Code::PluginRefused, field, zh, en).into()
    }
}

/// What is remembered of the package with this digest.
pub fn known(digest: &str) -> Option<Arc<Refused>> {
    REFUSED.get(digest)
}

/// Remembers that a package is refused: the log and the figures hear of it once.
pub fn noted(row: &plugin_package::Model, faults: &[Defect]) -> Arc<Refused> {
    REFUSED.get_with(row.digest.clone(), || {
        let (tenant, plugin, digest) = (row.tenant_id, row.plugin_id, &row.digest);
        tracing::error!(?faults, %tenant, %plugin, digest, "an installed plug-in is not accepted any more");
        metrics::counter!("zugong_plugin_refused_total").increment(1);
        let words: Vec<String> = faults.iter().take(TOLD).map(ToString::to_string).collect();
        Arc::new(Refused { words: words.join("；") })
    })
}

/// Says of plug-ins why their packages are refused (`Plugin.refused`); null of those that are not.
#[derive(Debug)]
pub struct Refusals;

#[async_trait::async_trait]
impl Resolver for Refusals {
    async fn resolve(&self, session: &Session, parents: Vec<String>) -> Vec<Result<Json, ApiError>> {
        let mut told = Vec::with_capacity(parents.len());
        for parent in &parents {
            told.push(refusal(session, parent).await);
        }
        told
    }
}

async fn refusal(session: &Session, parent: &str) -> Result<Json, ApiError> {
    let parent: Json = serde_json::from_str(parent).map_err(|_| ApiError::of(Code::InternalServerError))?;
    let digest = parent["digest"].as_str().unwrap_or_default();
    let found = match store::known(digest) {
        Some(found) => found,
        None => {
            let tx = session.read().await?;
            let rows = tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::Digest.eq(digest));
            let row = rows.one().await;
            tx.rollback().await?;
            let Some(row) = row? else { return Ok(Json::Null) };
            store::of_row(&row).await?
        }
    };
    Ok(found.err().map_or(Json::Null, |refused| refused.words.clone().into()))
}

/// A plug-in of a tenant that this program refuses.
#[derive(Debug)]
pub struct RefusedPlugin {
    /// The tenant's code.
    pub tenant: String,
    /// The plug-in's key.
    pub key: String,
    /// The version that it is at.
    pub release: String,
    /// What is wrong with it.
    pub refused: Arc<Refused>,
}

/// The plug-ins of all tenants that this program refuses, but for those that were removed.
pub async fn everywhere(platform: &Arc<Platform>) -> Result<Vec<RefusedPlugin>, ApiError> {
    let system = platform.system(Reason::Doctor);
    let tx = system.read_global().await?;
    let tenants = tx.global::<tenant::Entity>().order_by(tenant::Column::Code, Order::Asc).all().await?;
    tx.rollback().await?;
    let mut out = vec![];
    for tenant in tenants {
        let tx = system.read(tenant.id).await?;
        let rows = tx.parts::<plugin::Entity>().filter(plugin::Column::State.ne(PluginState::Removed)).all().await?;
        let keys: BTreeMap<_, _> = rows.into_iter().map(|row| (row.package_id, row.key)).collect();
        let ids = plugin_package::Column::Id.is_in(keys.keys().copied());
        let packages = tx.parts::<plugin_package::Entity>().filter(ids).all().await?;
        tx.rollback().await?;
        for package in packages {
            let Err(refused) = store::of_row(&package).await? else { continue };
            let key = keys.get(&package.id).cloned().unwrap_or_default();
            out.push(RefusedPlugin { tenant: tenant.code.clone(), key, release: package.release, refused });
        }
    }
    Ok(out)
}
