//! Which plug-ins a tenant is served with. Loaded with the tenant's facts, renewed with the version of its rights.

use std::collections::BTreeMap;

use entities::{plugin, plugin_package, plugin_slot, values::PluginState};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::kernel::{error::ApiError, transaction::Transaction, tx::Inner};

/// The plug-ins that are at work in a tenant, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginSet {
    /// What tells this set from every other; empty where there is no plug-in. Tenants with the same read by the same
    /// statements.
    pub digest: String,
    /// What tells its packages from every other set's, in whichever order they came. Tenants with the same have the same
    /// schema, whichever columns their indexed fields have.
    pub shape: String,
    /// The packages: row and digest.
    pub packages: Vec<(Uuid, String)>,
    /// Which column an indexed field has: core type, field with its prefix, column.
    pub slots: Vec<(String, String, String)>,
    /// What the administrator has granted each plug-in and set for it, by its key.
    pub granted: BTreeMap<String, Granted>,
}

/// What an administrator has granted a plug-in and set for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// What its component may ask and do.
    pub grants: Json,
    /// What was set for it.
    pub config: Json,
    /// The version of its row: it grows with every change that somebody makes to it.
    pub revision: i32,
}

impl PluginSet {
    /// The set of these packages and columns.
    pub fn new(packages: Vec<(Uuid, String)>, slots: Vec<(String, String, String)>) -> Self {
        if packages.is_empty() {
            return Self::default();
        }
        let mut hash = Sha256::new();
        for (_, digest) in &packages {
            hash.update(digest);
            hash.update("\n");
        }
        let shape = hex::encode(hash.clone().finalize());
        for (target, field, slot) in &slots {
            hash.update(format!("{target} {field} {slot}\n"));
        }
        Self { digest: hex::encode(hash.finalize()), shape, packages, slots, granted: BTreeMap::new() }
    }

    /// How often somebody has changed a plug-in that is at work.
    pub fn revision(&self, plugin: &str) -> i32 {
        self.granted.get(plugin).map_or(0, |granted| granted.revision)
    }
}

impl Inner {
    /// The plug-ins that are at work in the tenant, as this transaction leaves them.
    pub async fn plugin_set(&self) -> Result<PluginSet, ApiError> {
        Ok(load(self.raw().await?, self.tenant_id()).await?)
    }
}

/// Reads the set within a transaction of the tenant.
pub(in crate::kernel) async fn load(txn: &Transaction, tenant: Uuid) -> Result<PluginSet, DbErr> {
    let enabled = plugin::Entity::find()
        .filter(plugin::Column::TenantId.eq(tenant))
        .filter(plugin::Column::State.eq(PluginState::Enabled))
        .order_by_asc(plugin::Column::Key)
        .all(txn)
        .await?;
    if enabled.is_empty() {
        return Ok(PluginSet::default());
    }
    let mut packages = vec![];
    for plugin in &enabled {
        let package = plugin_package::Entity::find_by_id((tenant, plugin.package_id)).one(txn).await?;
        packages.extend(package.map(|package| (package.id, package.digest)));
    }
    let slots = plugin_slot::Entity::find()
        .filter(plugin_slot::Column::TenantId.eq(tenant))
        .order_by_asc(plugin_slot::Column::Target)
        .order_by_asc(plugin_slot::Column::Field)
        .all(txn)
        .await?;
    // Columns of plug-ins that are not at work make no difference to the schema.
    let prefixes: Vec<String> = enabled.iter().map(|plugin| format!("{}_", plugin.prefix)).collect();
    let of_one = |field: &str| prefixes.iter().any(|prefix| field.starts_with(prefix.as_str()));
    let slots = slots.into_iter().filter(|s| of_one(&s.field)).map(|s| (s.target, s.field, s.slot)).collect();
    let granted = enabled
        .into_iter()
        .map(|row| (row.key, Granted { grants: row.grants, config: row.config, revision: row.version }));
    let granted = granted.collect();
    Ok(PluginSet { granted, ..PluginSet::new(packages, slots) })
}
