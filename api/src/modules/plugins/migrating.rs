//! Carries the values of custom fields over to another version of a plug-in, and back (数据迁移).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use declarative::{FieldKind, Plugin, Recode, names};
use entities::{plugin, plugin_package};
use sea_orm::{ColumnTrait, DbBackend};

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        tx::Inner,
    },
    modules::plugins::{
        commands::values,
        compatible::{Way, codes_before, compatible},
        epochs::given_up,
        store::{self, Outline},
    },
};

/// Fits the data that is there to a version: with its migrations, where it follows a version by an upgrade. Refused where
/// data of any version that was ever at work would not go with it, also of one that is refused today. What only came with
/// a change that was given up was never at work: nothing was written under it.
pub async fn fit(
    tx: &Inner,
    row: &plugin::Model,
    plugin: &Plugin,
    migrated: Option<(&str, DbBackend)>,
) -> Result<(), Fault> {
    let packages = tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::PluginId.eq(row.id)).all();
    let given_up = given_up::packages(tx, row).await?;
    let (mut kept, mut present) = (vec![], None);
    for package in packages.await?.iter().filter(|package| !given_up.contains(&package.id)) {
        let way = match migrated {
            _ if package.id != row.package_id => Way::Passed,
            Some(_) => Way::Migrated,
            None => Way::Replaced,
        };
        let Some(Outline { plugin: before, .. }) = store::outlined(package).await? else { continue };
        compatible(&before, plugin, way)?;
        if package.id == row.package_id {
            present = Some(before.clone());
        }
        kept.push(before);
    }
    if let Some((from, backend)) = migrated {
        up(tx, plugin, present.as_deref(), from, backend).await?;
    }
    nothing_left(tx, &kept, plugin).await
}

/// What an upgrade from a version does: fields get their names first, then their codes.
async fn up(tx: &Inner, plugin: &Plugin, before: Option<&Plugin>, from: &str, backend: DbBackend) -> Result<(), Fault> {
    let name = |key: &str| names::field_name(&plugin.prefix, key);
    for (_, target, old, new) in plugin.renames.iter().filter(|rename| rename.0 == from) {
        values::rename(tx, target, &name(old), &name(new), backend).await?;
    }
    for step in plugin.recodes.iter().filter(|step| step.from == from) {
        told_apart(tx, plugin, before, step).await?;
        values::recode(tx, &step.target, &name(&step.field), &step.codes, backend).await?;
    }
    Ok(())
}

/// Refuses a step where rows have codes that the version before has not, which one that was taken back has left: they and
/// those that become the same could not be told apart on the way back.
async fn told_apart(tx: &Inner, plugin: &Plugin, before: Option<&Plugin>, step: &Recode) -> Result<(), Fault> {
    let mut had: BTreeSet<&str> = before.map(|before| codes_before(before, plugin, step)).unwrap_or_default();
    // They come into a statement, and a version that is refused today may say anything.
    had.retain(|code| names::is_code(code));
    let count = match had.is_empty() {
        // Of a version that nobody can read any more nobody knows what its codes were.
        true => u64::MAX,
        false => values::outside(tx, &step.target, &names::field_name(&plugin.prefix, &step.field), &had).await?,
    };
    if count == 0 {
        return Ok(());
    }
    let path = format!("{}.{}", step.target, step.field);
    let zh = format!("{path}：有对象的取值不是 {} 版的代码，换代码后将无法区分，也就退不回去", step.from);
    let en = format!("{path}: objects have codes that version {} has not; nobody could go back.", step.from);
    Err(UserError::new(Code::InvalidValue, "input.files", zh, en).into())
}

/// Undoes what the upgrade from a version has done, the last of it first. `prefix` is that of the plug-in: of a version that
/// is refused today nobody vouches for its texts, and they come into statements.
pub async fn down(tx: &Inner, prefix: &str, plugin: &Plugin, from: &str, backend: DbBackend) -> Result<(), Fault> {
    let name = |key: &str| names::field_name(prefix, key);
    for step in plugin.recodes.iter().rev().filter(|step| step.from == from) {
        if !names::is_key(&step.field) || !sound(&step.codes) {
            return Err(no_way_back());
        }
        values::recode(tx, &step.target, &name(&step.field), &step.back(), backend).await?;
    }
    for (_, target, old, new) in plugin.renames.iter().rev().filter(|rename| rename.0 == from) {
        if !names::is_key(old) || !names::is_key(new) {
            return Err(no_way_back());
        }
        values::rename(tx, target, &name(new), &name(old), backend).await?;
    }
    Ok(())
}

/// The refusal of a roll-back from a version whose migrations cannot be made out any more: the data would stay as it is,
/// under names and codes that the version before does not know.
pub fn no_way_back() -> Fault {
    let zh = "现版本的插件包已不合现行规范，看不出它改了哪些数据，不能回退；可以停用、移除或升级";
    let en = "The present version cannot be read any more, and with it what it did to the data: disable, remove or upgrade it.";
    UserError::new(Code::PluginRefused, "input.id", zh, en).into()
}

/// Whether there are codes, and they are some.
fn sound(codes: &BTreeMap<String, String>) -> bool {
    !codes.is_empty() && codes.iter().all(|(before, now)| names::is_code(before) && names::is_code(now))
}

/// Refuses a version that has not all the codes that are in the rows: one that was at work before the last, or was taken
/// back, may have left some that no migration comes by.
async fn nothing_left(tx: &Inner, kept: &[Arc<Plugin>], plugin: &Plugin) -> Result<(), Fault> {
    let mut faults = Faults::default();
    for field in &plugin.fields {
        let FieldKind::Code(set) = &field.kind else { continue };
        let has: BTreeSet<&str> = plugin.codes_of(set).collect();
        let had_others = |old: &Plugin| {
            old.fields
                .iter()
                .filter(|f| f.target == field.target && f.key == field.key)
                .any(|f| matches!(&f.kind, FieldKind::Code(set) if old.codes_of(set).any(|code| !has.contains(code))))
        };
        if !kept.iter().any(|old| had_others(old)) {
            continue;
        }
        let name = names::field_name(&plugin.prefix, &field.key);
        let count = values::outside(tx, &field.target, &name, &has).await?;
        if count > 0 {
            let path = format!("{}.{}", field.target, field.key);
            let zh = format!("{path}：有 {count} 个对象的取值不在新的代码集内，是更早的版本留下的；请保留这些代码");
            let en = format!("{path}: {count} objects have codes of an earlier version that are gone; keep them.");
            faults.add(UserError::new(Code::InvalidValue, "input.files", zh, en));
        }
    }
    faults.check()
}
