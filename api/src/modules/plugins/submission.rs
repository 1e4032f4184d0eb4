//! A plug-in's say on a submission (提交校验): its rules first, then its component, both after the form itself is in
//! order. The component is asked before the transaction begins, and nothing is submitted that it has not seen.

use std::{collections::BTreeSet, sync::Arc};

use declarative::{Matter, Plugin, rule::Verdict};
use entities::{matter, plugin, values::PluginState};
use host::{Answer, Ask, Level, Problem};
use sea_orm::ColumnTrait;
use serde_json::Value as Json;

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        session::Session,
        tx::{Advice, Tx},
    },
    modules::plugins::{code, store},
};

/// Whether a matter is a plug-in's: keys of the platform's own matters have no dot.
pub fn is_of_plugin(matter_key: &str) -> bool {
    matter_key.contains('.')
}

/// What a component said of a form.
struct Said {
    plugin: String,
    form: Json,
    outcome: Result<Vec<Problem>, Code>,
}

/// Asks the component of a matter's plug-in about a form, where it has one that validates.
pub async fn ask(session: &Session, matter_key: &str, form: Json) -> Result<Advice, Fault> {
    let Some((prefix, key)) = matter_key.split_once('.') else { return Ok(Advice::default()) };
    let set = session.tenant().plugins.clone();
    let plugins = store::load(session.platform(), session.tenant().id, &set).await?;
    let Some(plugin) = plugins.iter().find(|p| p.prefix == prefix && validates(p)) else {
        return Ok(Advice::default());
    };
    let question = Ask::Validate { hook: format!("{key}.submit"), form: form.to_string(), before: None };
    let outcome = match code::ask(session, plugin, question).await {
        Ok(Answer::Problems(problems)) => Ok(problems),
        Ok(_) => Err(Code::PluginOutput),
        Err(failure) => Err(code::published(failure.as_ref())),
    };
    Ok(Advice::of(Said { plugin: plugin.digest.clone(), form, outcome }))
}

fn validates(plugin: &Plugin) -> bool {
    plugin.code.as_ref().is_some_and(|code| code.hooks.contains("validate"))
}

/// Adds a fault for each rule that a form breaks or that cannot be decided on it; where there is none, for what the
/// component found.
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
    let mut holds = true;
    for rule in &found.rules {
        let words = match rule.rule.ask(form, &names, tx.session().today()) {
            Verdict::Holds => continue,
            Verdict::Fails => rule.message.clone(),
            Verdict::Undecided => format!("{}（所填内容无法判断，请补全相关项）", rule.message),
        };
        holds = false;
        // The publisher writes Chinese; who reads English at least learns which rule it is.
        let at = format!("{field}.{}", rule.path);
        faults.add(UserError::new(
            Code::PluginRule,
            at,
            format!("{words}（{}）", rule.code),
            format!("The rule {} of the plug-in {} does not hold: {words}", rule.code, plugin.key),
        ));
    }
    if holds && validates(&plugin) { told(tx, &plugin, found, form, field, faults) } else { Ok(()) }
}

/// Adds what the component found; no answer is no consent.
fn told(
    tx: &Tx,
    plugin: &Arc<Plugin>,
    matter: &Matter,
    form: &Json,
    field: &str,
    faults: &mut Faults,
) -> Result<(), Fault> {
    // Another form or another version than the one that it was asked about: the command is tried anew.
    let said = tx.advice::<Said>().filter(|said| said.plugin == plugin.digest && said.form == *form);
    let said = said.ok_or(Code::Conflict)?;
    let problems = match &said.outcome {
        Ok(problems) => problems,
        Err(code) => {
            let code = code.as_str();
            let zh = format!("插件 {} 暂时无法校验，草稿已保留，请稍后再试（{code}）", plugin.title);
            let en = format!("The plug-in {} cannot look at the form: {code}.", plugin.key);
            faults.add(UserError::new(Code::PluginUnavailable, field, zh, en));
            return Ok(());
        }
    };
    let known: BTreeSet<&str> = matter.fields.iter().map(|f| f.name.as_str()).collect();
    for problem in problems.iter().filter(|problem| problem.level == Level::Error).take(MOST) {
        let at = match known.get(problem.path.as_str()) {
            Some(path) => format!("{field}.{path}"),
            None => field.to_string(),
        };
        let (words, code) = (brief(&problem.message, 200), brief(&problem.code, 40));
        let zh = format!("{words}（{}.{code}）", plugin.prefix);
        let en = format!("The plug-in {} refuses it as {code}: {words}", plugin.key);
        faults.add(UserError::new(Code::PluginRule, at, zh, en));
    }
    Ok(())
}

/// Problems that are told of one form.
const MOST: usize = 50;

/// Words of a component in an answer: short, and without what would move a cursor.
fn brief(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}
