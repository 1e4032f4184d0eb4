//! Plug-ins as they are kept, read back and checked anew: what is in the database was right when it was written,
//! and is held to the same bounds again.

use std::sync::{Arc, LazyLock};

use declarative::{Agency, Environment, Package, Plugin};
use entities::plugin_package;
use moka::sync::Cache;
use sea_orm::ColumnTrait;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        extension::PluginSet,
        platform::Platform,
        session::Reason,
        tx::Inner,
    },
    modules::{matters::install, plugins::schema},
};

/// Checked plug-ins kept, in bytes of their files.
const KEPT: u64 = 32 * 1024 * 1024;

static CHECKED: LazyLock<Cache<String, Arc<Plugin>>> = LazyLock::new(|| {
    let weigher = |_: &String, plugin: &Arc<Plugin>| {
        let forms: usize =
            plugin.matters.iter().map(|m| 4 * m.definition.to_string().len() + m.fields.len() * 200).sum();
        u32::try_from(4_096 + forms).unwrap_or(u32::MAX)
    };
    Cache::builder().max_capacity(KEPT).weigher(weigher).build()
});

/// What plug-ins are checked against: the agencies of the standard matters.
pub fn environment() -> Environment {
    static ALL: LazyLock<Vec<Agency>> = LazyLock::new(|| {
        let mut all: Vec<Agency> = vec![];
        for text in install::DEFINITIONS {
            let definition: Json = serde_json::from_str(text).unwrap_or_default();
            for branch in definition["branches"].as_array().into_iter().flatten() {
                let word = |name: &str| branch[name].as_str().unwrap_or_default().to_string();
                if !all.iter().any(|agency| agency.key == word("key")) {
                    all.push(Agency { key: word("key"), name: word("agency") });
                }
            }
        }
        all
    });
    let permissions = policies::PERMISSIONS.iter().map(ToString::to_string).collect();
    Environment { agencies: ALL.clone(), readable: schema::given(), permissions }
}

/// The package in a JSON object of texts by paths, or what is wrong with it.
pub fn package(files: &Json) -> Result<Package, Vec<declarative::Fault>> {
    let texts = files.as_object().into_iter().flatten();
    Package::new(texts.map(|(path, text)| (path.clone(), text.as_str().unwrap_or_default().to_string())))
}

/// A package checked, on a thread where it keeps nobody else waiting.
pub async fn checked(package: Package) -> Result<Result<Arc<Plugin>, Vec<declarative::Fault>>, ApiError> {
    let digest = package.digest();
    // With a component there is more to check than what is kept.
    if package.component().is_none()
        && let Some(known) = CHECKED.get(&digest)
    {
        return Ok(Ok(known));
    }
    let checked = host::aside(move || declarative::check(&package, &environment()));
    let checked = checked.await.map_err(|error| {
        tracing::error!(%error, "a plug-in could not be checked");
        ApiError::of(Code::InternalServerError)
    })?;
    Ok(checked.map(|plugin| {
        let plugin = Arc::new(plugin);
        CHECKED.insert(digest, plugin.clone());
        plugin
    }))
}

/// A plug-in of a package row.
pub async fn read(tx: &Inner, package_id: Uuid) -> Result<Arc<Plugin>, ApiError> {
    let row = tx.parts::<plugin_package::Entity>().id(package_id).required().await?;
    of_row(row).await
}

/// A plug-in of a package row that was read.
pub async fn of_row(row: plugin_package::Model) -> Result<Arc<Plugin>, ApiError> {
    if let Some(known) = CHECKED.get(&row.digest) {
        return Ok(known);
    }
    let checked = match package(&row.files) {
        Ok(package) => checked(package).await?,
        Err(faults) => Err(faults),
    };
    checked.map_err(|faults| {
        tracing::error!(?faults, digest = row.digest, "an installed plug-in is not accepted any more");
        ApiError::of(Code::PluginDisabled)
    })
}

/// The plug-ins of a set, in its order.
pub async fn load(platform: &Arc<Platform>, tenant: Uuid, set: &PluginSet) -> Result<Vec<Arc<Plugin>>, ApiError> {
    let mut out = vec![];
    let mut missing = vec![];
    for (id, digest) in &set.packages {
        match CHECKED.get(digest) {
            Some(known) => out.push(known),
            None => missing.push(*id),
        }
    }
    if missing.is_empty() {
        return Ok(out);
    }
    let tx = platform.system(Reason::Schema).begin(Some(tenant)).await?;
    let ids: Vec<Uuid> = set.packages.iter().map(|(id, _)| *id).collect();
    let mut rows =
        tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::Id.is_in(ids.clone())).all().await?;
    tx.rollback().await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    let mut all = vec![];
    for row in rows {
        all.push(of_row(row).await?);
    }
    Ok(all)
}
