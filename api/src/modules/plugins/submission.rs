//! A plug-in's say on a form (提交校验): its rules first, then its component, both after the form itself is in order,
//! when it is submitted and when an agency's question is answered with other values. The component is asked before the
//! transaction begins, and nothing is taken that it has not seen.

use std::{collections::BTreeSet, sync::Arc};

use chrono::NaiveDate;
use declarative::{Matter, Plugin, RuleLevel, rule::Verdict};
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
    modules::plugins::{code, offering, store, warnings::Warning},
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

/// A form on its way to a component.
pub struct Question {
    plugin: Arc<Plugin>,
    hook: String,
    form: Json,
    before: Option<Json>,
}

/// What a matter's component is to be asked about a form that is in order, if it has one that validates; `before` is the
/// form that a supplement changes.
pub async fn question(
    tx: &Tx,
    matter: &matter::Model,
    form: Json,
    before: Option<Json>,
) -> Result<Option<Question>, Fault> {
    let Some((prefix, key)) = matter.key.split_once('.') else { return Ok(None) };
    let Some(plugin) = of_version(tx, matter, prefix, key).await? else { return Ok(None) };
    let hook = format!("{key}.{}", if before.is_some() { "supply" } else { "submit" });
    Ok(validates(&plugin).then_some(Question { plugin, hook, form, before }))
}

/// Asks it.
pub async fn ask(session: &Session, question: Option<Question>) -> Advice {
    let Some(Question { plugin, hook, form, before }) = question else { return Advice::default() };
    let question = Ask::Validate { hook, form: form.to_string(), before: before.map(|form| form.to_string()) };
    let outcome = match code::ask(session, &plugin, question).await {
        Ok(Answer::Problems(problems)) => Ok(problems),
        Ok(_) => Err(Code::PluginOutput),
        Err(failure) => Err(code::published(failure.as_ref())),
    };
    Advice::of(Said { plugin: plugin.digest.clone(), form, outcome })
}

fn validates(plugin: &Plugin) -> bool {
    plugin.code.as_ref().is_some_and(|code| code.hooks.contains("validate"))
}

/// Refuses new cases of a plug-in that is not at work, or whose package is refused today; those under way go on without
/// it.
pub async fn at_work(tx: &Tx, matter: &matter::Model) -> Result<(), Fault> {
    let Some((prefix, key)) = matter.key.split_once('.') else { return Ok(()) };
    let row = installed(tx, prefix).await?.filter(|plugin| plugin.state == PluginState::Enabled);
    store::read(tx, row.ok_or(Code::PluginDisabled)?.package_id).await?;
    // A case does not begin where nobody knows its rules.
    match of_version(tx, matter, prefix, key).await? {
        Some(_) => Ok(()),
        None => Err(Code::PluginDisabled.into()),
    }
}

/// Adds a fault for each rule that a form breaks, or that cannot be decided on it; where there is none, for what the
/// component found. What either of them only warns of is returned. `on` is the day of the submission: a form that was
/// right then does not become wrong while agencies ask about it.
pub async fn check(
    tx: &Tx,
    matter: &matter::Model,
    form: &Json,
    on: NaiveDate,
    field: &str,
    faults: &mut Faults,
) -> Result<Vec<Warning>, Fault> {
    let Some((prefix, key)) = matter.key.split_once('.') else { return Ok(vec![]) };
    // Of a case under way nobody knows the rules any more: whoever has asked for a supplement looks at it.
    let Some(plugin) = of_version(tx, matter, prefix, key).await? else { return Ok(vec![]) };
    let found = plugin.matters.iter().find(|m| m.key == key).ok_or(Code::PluginDisabled)?;
    let names = found.fields.iter().map(|f| f.name.clone()).collect();
    let (mut warnings, mut holds) = (vec![], true);
    for rule in &found.rules {
        let words = match rule.rule.ask(form, &names, on) {
            Verdict::Holds => continue,
            Verdict::Fails => rule.message.clone(),
            Verdict::Undecided => format!("{}（所填内容无法判断，请补全相关项）", rule.message),
        };
        let at = format!("{field}.{}", rule.path);
        if rule.level == RuleLevel::Warn {
            warnings.push(Warning { code: rule.code.clone(), path: rule.path.clone(), message: words, at });
            continue;
        }
        holds = false;
        // The publisher writes Chinese; who reads English at least learns which rule it is.
        faults.add(UserError::new(
            Code::PluginRule,
            at,
            format!("{words}（{}）", rule.code),
            format!("The rule {} of the plug-in {} does not hold: {words}", rule.code, plugin.key),
        ));
    }
    if holds && validates(&plugin) {
        warnings.extend(told(tx, &plugin, found, form, field, faults)?);
    }
    warnings.truncate(MOST);
    Ok(warnings)
}

/// Adds what the component found, and returns what it warns of; no answer is no consent.
fn told(
    tx: &Tx,
    plugin: &Arc<Plugin>,
    matter: &Matter,
    form: &Json,
    field: &str,
    faults: &mut Faults,
) -> Result<Vec<Warning>, Fault> {
    // Another form or another version than the one that it was asked about: the command is tried anew.
    let said = tx.advice::<Said>().find(|said| said.plugin == plugin.digest && said.form == *form);
    let said = said.ok_or(Code::Conflict)?;
    let problems = match &said.outcome {
        Ok(problems) => problems,
        Err(code) => {
            let code = code.as_str();
            let zh = format!("插件 {} 暂时无法校验，草稿已保留，请稍后再试（{code}）", plugin.title);
            let en = format!("The plug-in {} cannot look at the form: {code}.", plugin.key);
            faults.add(UserError::new(Code::PluginUnavailable, field, zh, en));
            return Ok(vec![]);
        }
    };
    let known: BTreeSet<&str> = matter.fields.iter().map(|f| f.name.as_str()).collect();
    let of = |level: Level| problems.iter().filter(move |problem| problem.level == level).take(MOST);
    let at = |path: &str| match known.get(path) {
        Some(path) => format!("{field}.{path}"),
        None => field.to_string(),
    };
    for problem in of(Level::Error) {
        let (words, code) = (brief(&problem.message, 200), brief(&problem.code, 40));
        let zh = format!("{words}（{}.{code}）", plugin.prefix);
        let en = format!("The plug-in {} refuses it as {code}: {words}", plugin.key);
        faults.add(UserError::new(Code::PluginRule, at(&problem.path), zh, en));
    }
    let warning = |problem: &Problem| Warning {
        code: format!("{}.{}", plugin.prefix, brief(&problem.code, 40)),
        path: brief(&problem.path, 100),
        message: brief(&problem.message, 200),
        at: at(&problem.path),
    };
    Ok(of(Level::Warn).map(warning).collect())
}

/// Problems, and warnings, that are told of one form.
const MOST: usize = 50;

/// Words of a component in an answer: short, and without what would move a cursor.
pub(super) fn brief(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

/// The plug-in as it was when the version of the matter came: a case keeps the rules that it began with. Where that
/// package is refused today, the version that is installed speaks for it, if it is in order and has the matter.
async fn of_version(tx: &Tx, matter: &matter::Model, prefix: &str, key: &str) -> Result<Option<Arc<Plugin>>, Fault> {
    if let Some((_, plugin)) = offering::came_with(tx, matter.id).await? {
        return Ok(Some(plugin));
    }
    let installed = installed(tx, prefix).await?.ok_or(Code::PluginDisabled)?;
    let found = store::found(tx, installed.package_id).await?.ok();
    Ok(found.filter(|plugin| plugin.matters.iter().any(|matter| matter.key == key)))
}

async fn installed(tx: &Tx, prefix: &str) -> Result<Option<plugin::Model>, Fault> {
    Ok(tx.parts::<plugin::Entity>().filter(plugin::Column::Prefix.eq(prefix)).one().await?)
}
