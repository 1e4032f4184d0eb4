//! What a later version of a plug-in keeps.

use declarative::Plugin;
use entities::{plugin, plugin_package};
use sea_orm::ColumnTrait;

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        tx::Inner,
    },
    modules::plugins::{epochs::given_up, store},
};

/// Refuses a package that does not go with all that were ever at work: there may be data of each of them, also of one that
/// is refused today. What only came with a change that was given up was never at work: nothing was written under it.
pub async fn fits_all(tx: &Inner, row: &plugin::Model, plugin: &Plugin) -> Result<(), Fault> {
    let given_up = given_up::packages(tx, row).await?;
    let packages = tx.parts::<plugin_package::Entity>().filter(plugin_package::Column::PluginId.eq(row.id)).all();
    for package in packages.await?.iter().filter(|package| !given_up.contains(&package.id)) {
        if let Some(before) = store::outlined(package).await? {
            compatible(&before, plugin)?;
        }
    }
    Ok(())
}

/// What may not change while data of it may be there: what a field is, and the codes that it may have.
fn compatible(before: &Plugin, after: &Plugin) -> Result<(), Fault> {
    let mut faults = Faults::default();
    let mut refuse = |what: String| {
        let zh = format!("{what}：已有数据，不能改变类型或删去代码；请另起一个名称");
        let en = format!("{what}: there may be data, so its type stays and its codes stay; take another name.");
        faults.add(UserError::new(Code::InvalidValue, "input.files", zh, en));
    };
    for old in &before.fields {
        if after.fields.iter().any(|new| new.target == old.target && new.key == old.key && new.kind != old.kind) {
            refuse(format!("{}.{}", old.target, old.key));
        }
    }
    for (old, new) in before.matters.iter().filter_map(|m| Some((m, after.matters.iter().find(|n| n.key == m.key)?))) {
        for field in &old.fields {
            if new.fields.iter().any(|f| f.name == field.name && f.kind != field.kind) {
                refuse(format!("{}.{}", old.key, field.name));
            }
        }
    }
    for (key, _, values) in &before.codes {
        let kept = after
            .codes
            .iter()
            .find(|(k, ..)| k == key)
            .is_none_or(|(_, _, now)| values.iter().all(|(code, _)| now.iter().any(|(c, _)| c == code)));
        if !kept {
            refuse(key.clone());
        }
    }
    faults.check()
}
