//! A plug-in's rules on a submission (提交规则): asked after the form itself is in order.

use declarative::rule::Verdict;
use entities::{matter, plugin, values::PluginState};
use sea_orm::ColumnTrait;
use serde_json::Value as Json;

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::plugins::store,
};

/// Whether a matter is a plug-in's: keys of the platform's own matters have no dot.
pub fn is_of_plugin(matter_key: &str) -> bool {
    matter_key.contains('.')
}

/// Adds a fault for each rule that a form breaks, or that cannot be decided on it.
pub async fn check(
    tx: &Tx,
    matter: &matter::Model,
    form: &Json,
    field: &str,
    faults: &mut Faults,
) -> Result<(), Fault> {
    let Some((prefix, key)) = matter.key.split_once('.') else { return Ok(()) };
    let installed = tx.parts::<plugin::Entity>().filter(plugin::Column::Prefix.eq(prefix)).one().await?;
    let installed = installed.filter(|plugin| plugin.state == PluginState::Enabled).ok_or(Code::PluginDisabled)?;
    let plugin = store::read(tx, installed.package_id).await?;
    let found = plugin.matters.iter().find(|m| m.key == key).ok_or(Code::PluginDisabled)?;
    let names = found.fields.iter().map(|f| f.name.clone()).collect();
    for rule in &found.rules {
        let words = match rule.rule.ask(form, &names, tx.session().today()) {
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
