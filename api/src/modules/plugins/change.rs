//! How a plug-in comes, changes and goes: all in the caller's transaction, so that nothing is ever half installed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use declarative::{Package, Plugin, names};
use entities::{
    plugin, plugin_package, plugin_slot,
    values::{PluginState, TenantLevel},
};
use sea_orm::{ColumnTrait, DbBackend, Set, sea_query::Expr};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, Faults, UserError},
        tx::{Inner, plus_one},
    },
    modules::plugins::{
        code,
        commands::values,
        migrating, offering, quarantine, schema,
        signing::Signer,
        slots,
        store::{self, Outline},
        trust,
    },
};

/// Where and when a change is made.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Which database.
    pub backend: DbBackend,
    /// The civil date.
    pub today: NaiveDate,
    /// The tenant's level, which says in which group of the catalogue its own matters are.
    pub level: TenantLevel,
}

/// Puts a plug-in in; nothing of it is at work before it is enabled. One that was removed comes back with its data.
pub async fn install(tx: &Inner, package: &Package, plugin: &Plugin, signers: &[Signer]) -> Result<Uuid, Fault> {
    quarantine::refuse(tx, plugin, "input.component").await?;
    let known = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).lock().one().await?;
    let prefix = tx.parts::<plugin::Entity>().filter(plugin::Column::Prefix.eq(&plugin.prefix)).one().await?;
    if let Some(other) = prefix.filter(|other| other.key != plugin.key) {
        let zh = format!("前缀 {} 已由插件 {} 使用", plugin.prefix, other.key);
        let en = format!("The prefix {} is that of the plug-in {}.", plugin.prefix, other.key);
        return Err(UserError::new(Code::AlreadyExists, "input.files", zh, en).into());
    }
    let now = tx.now();
    let told = json!({ "installed": plugin.version, "digest": plugin.digest, "signedBy": trust::recorded(signers) });
    match known {
        Some(known) if known.state != PluginState::Removed => {
            let (zh, en) = ("插件已安装；更换版本请用升级", "It is installed; another version is an upgrade.");
            Err(UserError::new(Code::AlreadyExists, "input.files", zh, en).into())
        }
        Some(known) => {
            not_back(tx, &known, plugin).await?;
            migrating::fit(tx, &known, plugin, None).await?;
            let package_id = keep(tx, known.id, package, plugin).await?;
            // What it was granted, it was granted before it was taken out.
            let grants = tx.change::<plugin::Entity>().id(known.id);
            grants.set(plugin::Column::Grants, Expr::value(json!({}))).run().await?;
            set(tx, &known, PluginState::Installed, package_id, None).await?;
            tx.touched("Plugin", known.id, told);
            Ok(known.id)
        }
        None => {
            let id = tx.new_id();
            let package_id = tx.new_id();
            tx.insert(plugin::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(id),
                key: Set(plugin.key.clone()),
                prefix: Set(plugin.prefix.clone()),
                title: Set(plugin.title.clone()),
                state: Set(PluginState::Installed),
                package_id: Set(package_id),
                previous_id: Set(None),
                grants: Set(json!({})),
                config: Set(json!({})),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            })
            .await?;
            write(tx, id, package_id, package, plugin).await?;
            tx.touched("Plugin", id, told);
            Ok(id)
        }
    }
}

/// Sets a plug-in to work: columns for its indexes, its matters in the tenant's catalogue, its types in the schema.
pub async fn enable(tx: &Inner, row: &plugin::Model, place: Place) -> Result<(), Fault> {
    expect(row, &[PluginState::Installed, PluginState::Disabled])?;
    let plugin = store::found(tx, row.package_id).await?.map_err(|refused| refused.fault("input.id"))?;
    quarantine::refuse(tx, &plugin, "input.id").await?;
    activate(tx, &plugin, row.package_id, place).await?;
    set(tx, row, PluginState::Enabled, row.package_id, row.previous_id).await?;
    tx.rights_changed().await?;
    tx.touched("Plugin", row.id, json!({ "enabled": plugin.version }));
    Ok(())
}

/// Takes a plug-in's types and matters away; its data stays.
pub async fn disable(tx: &Inner, row: &plugin::Model) -> Result<(), Fault> {
    expect(row, &[PluginState::Enabled])?;
    offering::withdraw(tx, row).await?;
    set(tx, row, PluginState::Disabled, row.package_id, row.previous_id).await?;
    tx.rights_changed().await?;
    tx.touched("Plugin", row.id, json!({ "disabled": true }));
    Ok(())
}

/// Takes a plug-in out; its data stays readable, and its prefix its own.
pub async fn remove(tx: &Inner, row: &plugin::Model) -> Result<(), Fault> {
    expect(row, &[PluginState::Installed, PluginState::Enabled, PluginState::Disabled])?;
    offering::withdraw(tx, row).await?;
    set(tx, row, PluginState::Removed, row.package_id, None).await?;
    tx.rights_changed().await?;
    tx.touched("Plugin", row.id, json!({ "removed": true }));
    Ok(())
}

/// Puts a later version in the place of the present one; cases under way stay with theirs.
pub async fn upgrade(
    tx: &Inner,
    row: &plugin::Model,
    package: &Package,
    plugin: &Plugin,
    signers: &[Signer],
    place: Place,
) -> Result<(), Fault> {
    expect(row, &[PluginState::Installed, PluginState::Enabled, PluginState::Disabled])?;
    quarantine::refuse(tx, plugin, "input.component").await?;
    let before = release(tx, row.package_id).await?;
    if names::version(&plugin.version) <= names::version(&before) {
        let zh = format!("现为 {before}，升级的版本应更高");
        let en = format!("It is at {before}; an upgrade has a higher version.");
        return Err(UserError::new(Code::InvalidValue, "input.files", zh, en).into());
    }
    let package_id = follow(tx, row, package, plugin, Some((before.as_str(), place.backend))).await?;
    exchange(tx, row, plugin, package_id, Some(row.package_id), place).await?;
    tx.touched(
        "Plugin",
        row.id,
        json!({ "upgraded": plugin.version, "from": before, "digest": plugin.digest, "signedBy": trust::recorded(signers) }),
    );
    Ok(())
}

/// Puts a plug-in that is being written in its own place (开发), whatever its version says, and sets it to work.
pub async fn replace(
    tx: &Inner,
    row: &plugin::Model,
    package: &Package,
    plugin: &Plugin,
    place: Place,
) -> Result<(), Fault> {
    expect(row, &[PluginState::Installed, PluginState::Enabled, PluginState::Disabled])?;
    quarantine::refuse(tx, plugin, "input.component").await?;
    let package_id = follow(tx, row, package, plugin, None).await?;
    offering::withdraw(tx, row).await?;
    activate(tx, plugin, package_id, place).await?;
    tx.rights_changed().await?;
    set(tx, row, PluginState::Enabled, package_id, row.previous_id).await?;
    tx.touched("Plugin", row.id, json!({ "replaced": plugin.version, "digest": plugin.digest }));
    Ok(())
}

/// Keeps a package that follows others, if it has the names and types that there may be data of; `migrated` says from which
/// version data is carried over.
async fn follow(
    tx: &Inner,
    row: &plugin::Model,
    package: &Package,
    plugin: &Plugin,
    migrated: Option<(&str, DbBackend)>,
) -> Result<Uuid, Fault> {
    if plugin.prefix != row.prefix {
        let (zh, en) = (format!("前缀应仍为 {}", row.prefix), format!("The prefix stays {}.", row.prefix));
        return Err(UserError::new(Code::InvalidValue, "input.files", zh, en).into());
    }
    migrating::fit(tx, row, plugin, migrated).await?;
    keep(tx, row.id, package, plugin).await
}

/// Refuses a version lower than the one that was taken out (降级): an old package is as well signed as it ever was, and has
/// the faults that were mended since. Who wants an older version goes back to it while the newer one is there.
async fn not_back(tx: &Inner, row: &plugin::Model, plugin: &Plugin) -> Result<(), Fault> {
    let rows = tx.parts::<plugin_package::Entity>().id(row.package_id);
    let last = rows.one().await?.map(|package| package.release).unwrap_or_default();
    if names::version(&plugin.version) >= names::version(&last) {
        return Ok(());
    }
    let zh = format!("卸载前为 {last}，不能再装更低的版本");
    let en = format!("It was at {last} when it was taken out; a lower version is not taken.");
    Err(UserError::new(Code::InvalidValue, "input.files", zh, en).into())
}

/// The version of a package, which may be refused today.
async fn release(tx: &Inner, package_id: Uuid) -> Result<String, ApiError> {
    Ok(tx.parts::<plugin_package::Entity>().id(package_id).required().await?.release)
}

/// Goes back to the version before; what the upgrade renamed and recoded gets its names and codes back.
pub async fn rollback(tx: &Inner, row: &plugin::Model, place: Place) -> Result<(), Fault> {
    expect(row, &[PluginState::Installed, PluginState::Enabled, PluginState::Disabled])?;
    let Some(previous) = row.previous_id else {
        let (zh, en) = ("没有可以回退的版本", "There is no version to go back to.");
        return Err(UserError::new(Code::NotInState, "input.id", zh, en).into());
    };
    let before = store::found(tx, previous).await?.map_err(|refused| refused.fault("input.id"))?;
    quarantine::refuse(tx, &before, "input.id").await?;
    let now = tx.parts::<plugin_package::Entity>().id(row.package_id).required().await?;
    match store::outlined(&now).await? {
        Some(Outline { plugin, is_whole: true }) => {
            migrating::down(tx, &row.prefix, &plugin, &before.version, place.backend).await?;
        }
        _ => return Err(migrating::no_way_back()),
    }
    exchange(tx, row, &before, previous, None, place).await?;
    tx.touched("Plugin", row.id, json!({ "rolledBack": before.version, "from": now.release }));
    Ok(())
}

async fn exchange(
    tx: &Inner,
    row: &plugin::Model,
    plugin: &Plugin,
    package_id: Uuid,
    previous: Option<Uuid>,
    place: Place,
) -> Result<(), Fault> {
    if row.state == PluginState::Enabled {
        // What the other version has and this one has not is not offered any more.
        offering::withdraw(tx, row).await?;
        activate(tx, plugin, package_id, place).await?;
        tx.rights_changed().await?;
    }
    set(tx, row, row.state, package_id, previous).await
}

/// The columns of indexed fields when a plug-in is added: those given out, and the first free ones for its others.
pub fn planned(rows: &[plugin_slot::Model], plugin: &Plugin) -> Vec<(String, String, String)> {
    let mut all: Vec<(String, String, String)> =
        rows.iter().map(|row| (row.target.clone(), row.field.clone(), row.slot.clone())).collect();
    for declared in plugin.fields.iter().filter(|f| f.indexed) {
        let name = field(plugin, &declared.key);
        if all.iter().any(|(target, field, _)| *target == declared.target && *field == name) {
            continue;
        }
        let taken: BTreeSet<String> =
            all.iter().filter(|(target, ..)| *target == declared.target).map(|(_, _, slot)| slot.clone()).collect();
        if let Some(slot) = slots::free(&declared.kind, &taken) {
            all.push((declared.target.clone(), name, slot.to_string()));
        }
    }
    all
}

async fn activate(tx: &Inner, plugin: &Plugin, package_id: Uuid, place: Place) -> Result<(), Fault> {
    let rows = tx.parts::<plugin_slot::Entity>().lock().all().await?;
    let planned = planned(&rows, plugin);
    let mut faults = Faults::default();
    for declared in plugin.fields.iter().filter(|f| f.indexed) {
        let name = field(plugin, &declared.key);
        let Some((target, _, slot)) = planned.iter().find(|(t, f, _)| *t == declared.target && *f == name) else {
            let zh = format!("{} 的索引列已用完，请去掉 {} 的 indexed", declared.target, declared.key);
            let en = format!("{} has no column left to index {} by.", declared.target, declared.key);
            faults.add(UserError::new(Code::InvalidValue, "input", zh, en));
            continue;
        };
        if rows.iter().any(|row| row.target == *target && row.field == name) {
            continue;
        }
        tx.insert(plugin_slot::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            target: Set(target.clone()),
            field: Set(name.clone()),
            slot: Set(slot.clone()),
        })
        .await?;
        values::project(tx, target, &name, slot, &declared.kind, place.backend).await?;
    }
    faults.check()?;
    in_harmony(tx, plugin, &planned).await?;
    for matter in &plugin.matters {
        offering::offer(tx, plugin, package_id, matter, place).await?;
    }
    Ok(())
}

/// A plug-in whose names another one at work has is refused before it is at work.
async fn in_harmony(tx: &Inner, plugin: &Plugin, slots: &[(String, String, String)]) -> Result<(), Fault> {
    let others = tx.parts::<plugin::Entity>().filter(plugin::Column::State.eq(PluginState::Enabled)).all().await?;
    let mut all = vec![std::sync::Arc::new(plugin.clone())];
    for other in others.iter().filter(|other| other.key != plugin.key) {
        // One that is refused today is in no schema.
        all.extend(store::found(tx, other.package_id).await?.ok());
    }
    schema::catalogue(&all, slots).map(drop).map_err(|error| {
        tracing::warn!(error, "a plug-in does not go with the others");
        let (zh, en) = ("与已启用的插件重名", "It has names of a plug-in that is at work.");
        UserError::new(Code::AlreadyExists, "input", zh, en).into()
    })
}

fn expect(row: &plugin::Model, states: &[PluginState]) -> Result<(), Fault> {
    if states.contains(&row.state) {
        return Ok(());
    }
    let state = entities::CodeEnum::as_str(row.state);
    let (zh, en) = (format!("插件当前状态为 {state}"), format!("The plug-in is {state}."));
    Err(UserError::new(Code::NotInState, "input.id", zh, en).into())
}

async fn set(
    tx: &Inner,
    row: &plugin::Model,
    state: PluginState,
    package_id: Uuid,
    previous: Option<Uuid>,
) -> Result<(), Fault> {
    let changed = tx
        .change::<plugin::Entity>()
        .id(row.id)
        .filter(plugin::Column::Version.eq(row.version))
        .set(plugin::Column::State, Expr::value(state))
        .set(plugin::Column::PackageId, Expr::value(package_id))
        .set(plugin::Column::PreviousId, Expr::value(previous))
        .set(plugin::Column::UpdatedAt, Expr::value(tx.now()))
        .set(plugin::Column::Version, plus_one(plugin::Column::Version))
        .run()
        .await?;
    if changed == 1 { Ok(()) } else { Err(UserError::of(Code::VersionMismatch, "input.expectedVersion").into()) }
}

/// The row of a package; the same files are kept once.
pub async fn keep(tx: &Inner, plugin_id: Uuid, package: &Package, plugin: &Plugin) -> Result<Uuid, Fault> {
    let rows = tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::PluginId.eq(plugin_id));
    if let Some(known) = rows.filter(plugin_package::Column::Digest.eq(&plugin.digest)).one().await? {
        return Ok(known.id);
    }
    let id = tx.new_id();
    write(tx, plugin_id, id, package, plugin).await?;
    Ok(id)
}

async fn write(tx: &Inner, plugin_id: Uuid, id: Uuid, package: &Package, plugin: &Plugin) -> Result<(), Fault> {
    code::keep(tx, package, plugin).await?;
    let files: Map<String, Json> = package.files().map(|(path, text)| (path.to_string(), json!(text))).collect();
    tx.insert(plugin_package::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        plugin_id: Set(plugin_id),
        release: Set(plugin.version.clone()),
        digest: Set(plugin.digest.clone()),
        files: Set(Json::Object(files)),
        created_at: Set(tx.now()),
    })
    .await?;
    Ok(())
}

fn field(plugin: &Plugin, key: &str) -> String {
    names::field_name(&plugin.prefix, key)
}
