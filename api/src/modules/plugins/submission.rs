//! A plug-in's rules on a form (提交规则): asked after the form itself is in order, when it is submitted and when an
//! agency's question is answered with other values.

use std::sync::Arc;

use chrono::NaiveDate;
use declarative::{Plugin, rule::Verdict};
use entities::{matter, plugin, values::PluginState};
use sea_orm::ColumnTrait;
use serde_json::Value as Json;

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::plugins::{offering, store},
};

/// Whether a matter is a plug-in's: keys of the platform's own matters have no dot.
pub fn is_of_plugin(matter_key: &str) -> bool {
    matter_key.contains('.')
}

/// Refuses new cases of a plug-in that is not at work; those under way go on without it.
pub async fn at_work(tx: &Tx, matter: &matter::Model) -> Result<(), Fault> {
    let Some((prefix, _)) = matter.key.split_once('.') else { return Ok(()) };
    match installed(tx, prefix).await? {
        Some(plugin) if plugin.state == PluginState::Enabled => Ok(()),
        _ => Err(Code::PluginDisabled.into()),
    }
}

/// Adds a fault for each rule that a form breaks, or that cannot be decided on it. `on` is the day of the submission:
/// a form that was right then does not become wrong while agencies ask about it.
pub async fn check(
    tx: &Tx,
    matter: &matter::Model,
    form: &Json,
    on: NaiveDate,
    field: &str,
    faults: &mut Faults,
) -> Result<(), Fault> {
    let Some((prefix, key)) = matter.key.split_once('.') else { return Ok(()) };
    let plugin = of_version(tx, matter, prefix).await?;
    let found = plugin.matters.iter().find(|m| m.key == key).ok_or(Code::PluginDisabled)?;
    let names = found.fields.iter().map(|f| f.name.clone()).collect();
    for rule in &found.rules {
        let words = match rule.rule.ask(form, &names, on) {
            Verdict::Holds => continue,
            Verdict::Fails => rule.message.clone(),
            Verdict::Undecided => format!("{}（所填内容无法判断，请补全相关项）", rule.message),
        };
        // The publisher writes Chinese; who reads English at least learns which rule it is.
        let at = format!("{field}.{}", rule.path);
        faults.add(UserError::new(
            Code::PluginRule,
            at,
            format!("{words}（{}）", rule.code),
            format!("The rule {} of the plug-in {} does not hold: {words}", rule.code, plugin.key),
        ));
    }
    Ok(())
}

/// The plug-in as it was when the version of the matter came; a case keeps the rules that it began with.
async fn of_version(tx: &Tx, matter: &matter::Model, prefix: &str) -> Result<Arc<Plugin>, Fault> {
    if let Some(plugin) = offering::came_with(tx, matter.id).await? {
        return Ok(plugin);
    }
    let installed = installed(tx, prefix).await?.ok_or(Code::PluginDisabled)?;
    Ok(store::read(tx, installed.package_id).await?)
}

async fn installed(tx: &Tx, prefix: &str) -> Result<Option<plugin::Model>, Fault> {
    Ok(tx.parts::<plugin::Entity>().filter(plugin::Column::Prefix.eq(prefix)).one().await?)
}
