//! Plug-ins as they are kept, read back and checked anew: what is in the database was right when it was written,
//! and is held to the same bounds again.

use std::sync::{Arc, LazyLock};

use declarative::{Agency, Environment, Package, Plugin};
use entities::{plugin, plugin_package, values::PluginState};
use moka::sync::Cache;
use sea_orm::ColumnTrait;
use serde_json::Value as Json;
use tokio::task::JoinError;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        extension::PluginSet,
        platform::Platform,
        session::Reason,
        tx::{Inner, Tx},
    },
    modules::{
        matters::install,
        plugins::{
            outgrown::{self, Refused},
            schema,
        },
    },
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
    let checked = checked.await.map_err(|error| unchecked(&error))?;
    Ok(checked.map(|plugin| {
        let plugin = Arc::new(plugin);
        CHECKED.insert(digest, plugin.clone());
        plugin
    }))
}

/// A plug-in, or why its package is refused today.
pub type Found = Result<Arc<Plugin>, Arc<Refused>>;

/// What is known of the package with this digest without a look at it.
pub fn known(digest: &str) -> Option<Found> {
    CHECKED.get(digest).map(Ok).or_else(|| outgrown::known(digest).map(Err))
}

/// A plug-in of a package row; one that is refused today is as one that is disabled.
pub async fn read(tx: &Inner, package_id: Uuid) -> Result<Arc<Plugin>, ApiError> {
    found(tx, package_id).await?.map_err(|_| ApiError::of(Code::PluginDisabled))
}

/// The same for those who go on without it where it is refused.
pub async fn found(tx: &Inner, package_id: Uuid) -> Result<Found, ApiError> {
    let row = tx.parts::<plugin_package::Entity>().id(package_id).required().await?;
    of_row(&row).await
}

/// A plug-in of a package row that was read.
pub async fn of_row(row: &plugin_package::Model) -> Result<Found, ApiError> {
    if let Some(known) = known(&row.digest) {
        return Ok(known);
    }
    let checked = match package(&row.files) {
        Ok(package) => checked(package).await?,
        Err(faults) => Err(faults),
    };
    Ok(checked.map_err(|faults| outgrown::noted(row, &faults)))
}

/// What a package declares, for comparing with it and nothing else: of one that is refused what can be made out.
pub async fn outlined(row: &plugin_package::Model) -> Result<Option<Outline>, ApiError> {
    if let Ok(plugin) = of_row(row).await? {
        return Ok(Some(Outline { plugin, is_whole: true }));
    }
    let Ok(package) = package(&row.files) else { return Ok(None) };
    let outline = host::aside(move || declarative::outline(&package, &environment())).await;
    let outline = outline.map_err(|error| unchecked(&error))?;
    Ok(outline.map(|(plugin, is_whole)| Outline { plugin: Arc::new(plugin), is_whole }))
}

/// What is known of a package that may be refused today.
#[derive(Clone, Debug)]
pub struct Outline {
    /// What it declares.
    pub plugin: Arc<Plugin>,
    /// Whether that is every step of its migrations.
    pub is_whole: bool,
}

fn unchecked(error: &JoinError) -> ApiError {
    tracing::error!(%error, "a plug-in could not be checked");
    ApiError::of(Code::InternalServerError)
}

/// The packages of a set.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The plug-ins that are in order, as the set orders them.
    pub plugins: Vec<Arc<Plugin>>,
    /// The packages that are refused today.
    pub refused: Vec<Uuid>,
}

/// The plug-ins of a set. What is refused is left out, so that the tenant has all that the others give it.
pub async fn load(platform: &Arc<Platform>, tenant: Uuid, set: &PluginSet) -> Result<Loaded, ApiError> {
    let mut all: Vec<(Uuid, Option<Found>)> = set.packages.iter().map(|(id, digest)| (*id, known(digest))).collect();
    let missing: Vec<Uuid> = all.iter().filter(|(_, found)| found.is_none()).map(|(id, _)| *id).collect();
    if !missing.is_empty() {
        let tx = platform.system(Reason::Schema).read(tenant).await?;
        let rows = tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::Id.is_in(missing)).all().await?;
        tx.rollback().await?;
        for row in rows {
            let found = of_row(&row).await?;
            all.iter_mut().filter(|(id, _)| *id == row.id).for_each(|(_, place)| *place = Some(found.clone()));
        }
    }
    let mut loaded = Loaded::default();
    for (id, found) in all {
        match found {
            Some(Ok(plugin)) => loaded.plugins.push(plugin),
            Some(Err(_)) => loaded.refused.push(id),
            None => {}
        }
    }
    Ok(loaded)
}

/// The plug-ins that are at work, which stay as they are until the transaction ends: who began before an upgrade and writes
/// after it writes what holds then.
pub async fn at_work(tx: &Tx) -> Result<(Arc<PluginSet>, Vec<Arc<Plugin>>), ApiError> {
    let rows =
        tx.parts::<plugin::Entity>().filter(plugin::Column::State.eq(PluginState::Enabled)).share().all().await?;
    let begun = &tx.session().tenant().plugins;
    let is_same = |row: &plugin::Model| begun.packages.iter().any(|(id, _)| *id == row.package_id);
    let set = match rows.len() == begun.packages.len() && rows.iter().all(is_same) {
        true => begun.clone(),
        false => Arc::new(tx.plugin_set().await?),
    };
    let mut plugins = vec![];
    for (id, digest) in &set.packages {
        // In this transaction: it keeps what others wait for, and does not wait for another one itself.
        let plugin = match known(digest) {
            Some(plugin) => plugin,
            None => found(tx, *id).await?,
        };
        plugins.extend(plugin.ok());
    }
    Ok((set, plugins))
}
