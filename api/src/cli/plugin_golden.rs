//! Golden tests (黄金测试): what a plug-in's forms, rules and component are asked, and what they should answer.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use chrono::NaiveDate;
use declarative::{MatterRule, Plugin, RuleLevel, rule::Verdict};
use host::{Answer, Code, Effect, Failure as Unanswered, Level, Problem, Refused};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json, json};

use crate::{
    cli::{
        Failure,
        plugin_call::{About, Setting},
        plugin_code::{Component, Tried},
    },
    kernel::forms::Form,
    modules::matters::forms::FORMATS,
};

/// A test of some kind.
#[derive(Deserialize)]
struct Golden<T> {
    today: NaiveDate,
    /// How the component fails, where it should: a word of the interface, as in `unavailable`, or a code.
    fails: Option<String>,
    #[serde(flatten)]
    setting: Setting,
    #[serde(flatten)]
    of: T,
}

/// A form, the rules and fields that refuse it, and the rules that only warn of it.
#[derive(Deserialize)]
struct OfForm {
    matter: String,
    form: Json,
    refused: Option<Vec<String>>,
    #[serde(default)]
    warned: Vec<String>,
}

/// What refuses a form or a mutation, and what warns of one that nothing refuses.
#[derive(PartialEq)]
struct Told {
    refused: Vec<String>,
    warned: Vec<String>,
}

impl Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "拒绝 {:?}、提示 {:?}", self.refused, self.warned)
    }
}

/// A scheme and its input, and the points by items.
#[derive(Deserialize)]
struct OfPoints {
    scheme: String,
    input: Json,
    points: Option<BTreeMap<String, i64>>,
}

/// What is given of each object of a computed field, and the value of each.
#[derive(Deserialize)]
struct OfValues {
    field: String,
    parents: Vec<Json>,
    values: Option<Vec<Json>>,
}

/// A mutation: its arguments, and the answer, the codes of what refuses it and of what only warns of it, and the effects.
#[derive(Deserialize)]
struct OfAct {
    mutation: String,
    args: Json,
    #[serde(default)]
    answer: Json,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default)]
    warned: Vec<String>,
    #[serde(default)]
    effects: Vec<Json>,
}

/// A move of a case, and the effects.
#[derive(Deserialize)]
struct OfMove {
    case: Json,
    from: String,
    to: String,
    effects: Option<Vec<Json>>,
}

/// A test as it is written.
struct File<'a> {
    path: &'a str,
    text: &'a str,
    members: Map<String, Json>,
}

impl<'a> File<'a> {
    fn of(path: &'a str, text: &'a str) -> Result<Self, Failure> {
        let members = serde_json::from_str(text)
            .map_err(|error| Failure::new(format!("{path}:{}: it is no test ({error})", error.line())))?;
        Ok(Self { path, text, members })
    }

    fn has(&self, member: &str) -> bool {
        self.members.contains_key(member)
    }

    /// Reads a test that has these members besides the day.
    fn read<T: DeserializeOwned>(&self, what: &str, members: &[&str]) -> Result<Golden<T>, Failure> {
        let Self { path, text, .. } = self;
        let known = |name: &str| {
            name == "today" || name == "fails" || members.contains(&name) || Setting::MEMBERS.contains(&name)
        };
        let wrong = |line: usize, why: &str| {
            let (own, more) = (members.join(", "), Setting::MEMBERS.join(", "));
            Failure::new(format!(
                "{path}:{line}: a test of {what} has today, {own}, and may have fails, {more} ({why})"
            ))
        };
        if let Some(other) = self.members.keys().find(|name| !known(name.as_str())) {
            return Err(wrong(1, &format!("not {other}")));
        }
        let golden: Golden<T> = serde_json::from_str(text).map_err(|error| wrong(error.line(), &error.to_string()))?;
        match &golden.fails {
            Some(word) if !is_failure(word) => Err(wrong(1, &format!("a component does not fail as {word}"))),
            _ => Ok(golden),
        }
    }

    /// Holds what was found against what is wanted, or the failure against the one that is.
    fn judged<W: PartialEq + Debug>(
        &self,
        fails: Option<&str>,
        wanted: Option<W>,
        tried: Tried,
        found: impl FnOnce(Answer) -> Result<W, Failure>,
    ) -> Result<String, Failure> {
        let Self { path, .. } = self;
        let Tried { answer, took, mut odd, .. } = tried;
        let (holds, told) = match (answer, fails, wanted) {
            (_, None, None) | (_, Some(_), Some(_)) => {
                let words = "a test says either what is answered or by `fails` that nothing is";
                return Err(Failure::new(format!("{path}: {words}")));
            }
            (Ok(answer), None, Some(wanted)) => {
                let found = found(answer)?;
                (found == wanted, format!("应为 {wanted:?}，实际 {found:?}"))
            }
            (Ok(answer), Some(fails), None) => (false, format!("应为 {fails}，实际有回答 {:?}", found(answer)?)),
            (Err(failure), Some(fails), None) => (word(&failure) == fails, format!("应为 {fails}，实际 {failure}")),
            (Err(failure), None, Some(wanted)) => (false, format!("应为 {wanted:?}，实际组件没有回答：{failure}")),
        };
        if holds && odd.is_empty() {
            return Ok(format!("通过 {path}（{took}）\n"));
        }
        if !holds {
            odd.insert(0, told);
        }
        Ok(format!("不符 {path}：{}\n", odd.join("；")))
    }
}

/// Tries one test: a line that begins with 通过 or 不符.
pub async fn tried(plugin: &Plugin, component: Option<&Component>, path: &str, text: &str) -> Result<String, Failure> {
    let file = File::of(path, text)?;
    match component {
        Some(component) if file.has("scheme") => scored(component, &file).await,
        Some(component) if file.has("parents") => resolved(component, &file).await,
        Some(component) if file.has("mutation") => acted(component, &file).await,
        Some(component) if file.has("case") => moved(component, &file).await,
        _ => submitted(plugin, component, &file).await,
    }
}

async fn scored(component: &Component, file: &File<'_>) -> Result<String, Failure> {
    let Golden { today, fails, setting, of } = file.read("points", &["scheme", "input", "points"])?;
    let OfPoints { scheme, input, points } = of;
    let tried = component.ask(&About::Points { scheme, input }, today, &setting).await?;
    file.judged(fails.as_deref(), points, tried, |answer| match answer {
        Answer::Lines(lines) => Ok(lines.into_iter().map(|line| (line.item, line.points)).collect()),
        _ => Err(Failure::new("组件的回答不是计分结果")),
    })
}

async fn resolved(component: &Component, file: &File<'_>) -> Result<String, Failure> {
    let Golden { today, fails, setting, of } = file.read("a field", &["field", "parents", "values"])?;
    let OfValues { field, parents, values } = of;
    let tried = component.ask(&About::Values { field, parents }, today, &setting).await?;
    file.judged(fails.as_deref(), values, tried, |answer| match answer {
        Answer::Values(values) => values.iter().map(|text| parsed(text)).collect(),
        _ => Err(Failure::new("组件的回答不是字段的值")),
    })
}

async fn acted(component: &Component, file: &File<'_>) -> Result<String, Failure> {
    let members = ["mutation", "args", "answer", "refused", "warned", "effects"];
    let Golden { today, fails, setting, of } = file.read("a mutation", &members)?;
    let OfAct { mutation, args, answer, refused, warned, effects } = of;
    let wanted = fails.is_none().then(|| (Told { refused: sorted(refused), warned: sorted(warned) }, answer, effects));
    let tried = component.ask(&About::Act { mutation, args }, today, &setting).await?;
    file.judged(fails.as_deref(), wanted, tried, |answer| {
        let Answer::Acted(acted) = answer else { return Err(Failure::new("组件的回答不是变更的结果")) };
        let told = told(&acted.problems, |problem| problem.code.clone(), vec![]);
        Ok(match told.refused.is_empty() {
            true => (told, parsed(&acted.answer)?, shown(&acted.effects)?),
            // Refused, nothing is answered and nothing done.
            false => (told, Json::Null, vec![]),
        })
    })
}

async fn moved(component: &Component, file: &File<'_>) -> Result<String, Failure> {
    let Golden { today, fails, setting, of } = file.read("a move", &["case", "from", "to", "effects"])?;
    let OfMove { case, from, to, effects } = of;
    let tried = component.ask(&About::Move { case, from, to }, today, &setting).await?;
    file.judged(fails.as_deref(), effects, tried, |answer| match answer {
        Answer::Effects(effects) => shown(&effects),
        _ => Err(Failure::new("组件的回答不是后续动作")),
    })
}

async fn submitted(plugin: &Plugin, component: Option<&Component>, file: &File<'_>) -> Result<String, Failure> {
    let Golden { today, fails, setting, of } = file.read("a form", &["matter", "form", "refused", "warned"])?;
    let OfForm { matter, form, refused, warned } = of;
    let path = file.path;
    let wanted = refused.map(|refused| Told { refused: sorted(refused), warned: sorted(warned) });
    let broken = broken(plugin, &matter, &form, today);
    let (broken, warned) = broken.ok_or_else(|| Failure::new(format!("{path}: 没有事项 {matter}")))?;
    let validates = plugin.code.as_ref().is_some_and(|code| code.hooks.contains("validate"));
    if let Some(component) = component.filter(|_| validates && broken.is_empty()) {
        let tried = component.ask(&About::Form { matter, form }, today, &setting).await?;
        return file.judged(fails.as_deref(), wanted, tried, |answer| {
            let Answer::Problems(all) = answer else { return Err(Failure::new("组件的回答不是校验结果")) };
            Ok(told(&all, |problem| format!("{}.{}", plugin.prefix, problem.code), warned))
        });
    }
    let (Some(wanted), None) = (wanted, fails) else {
        return Err(Failure::new(format!("{path}: 组件没有被问到，写上 refused，去掉 fails")));
    };
    let found = verdict(broken, warned);
    Ok(match found == wanted {
        true => format!("通过 {path}\n"),
        false => format!("不符 {path}：应{wanted:?}，实际{found:?}\n"),
    })
}

/// What a component's problems come to, by their codes, after what has warned before it was asked.
fn told(problems: &[Problem], code: impl Fn(&Problem) -> String, mut warned: Vec<String>) -> Told {
    let (errors, warnings): (Vec<_>, Vec<_>) = problems.iter().partition(|one| one.level == Level::Error);
    warned.extend(warnings.into_iter().map(&code));
    verdict(errors.into_iter().map(&code).collect(), warned)
}

/// What is told of a form or a mutation: nothing of warnings where it is refused.
fn verdict(refused: Vec<String>, warned: Vec<String>) -> Told {
    let warned = if refused.is_empty() { sorted(warned) } else { vec![] };
    Told { refused: sorted(refused), warned }
}

/// What refuses a form: fields of the form by name, or, where the form is in order, rules by code; and the rules that only
/// warn of it.
fn broken(plugin: &Plugin, matter: &str, form: &Json, today: NaiveDate) -> Option<(Vec<String>, Vec<String>)> {
    let matter = plugin.matters.iter().find(|known| known.key == matter)?;
    let schema = Form::compile(&matter.form, FORMATS).ok()?;
    let faults: Vec<String> = schema.faults(form, "form").into_iter().filter_map(|fault| fault.field).collect();
    if !faults.is_empty() {
        return Some((faults, vec![]));
    }
    let names = matter.fields.iter().map(|f| f.name.clone()).collect();
    let broken = |level: RuleLevel| -> Vec<String> {
        let fails = |rule: &&MatterRule| rule.level == level && rule.rule.ask(form, &names, today) != Verdict::Holds;
        matter.rules.iter().filter(fails).map(|rule| rule.code.clone()).collect()
    };
    Some((broken(RuleLevel::Error), broken(RuleLevel::Warn)))
}

/// Effects as golden tests write them: `{"set-field": ["stage", "value"]}`, `{"notify": {…}}`.
fn shown(effects: &[Effect]) -> Result<Vec<Json>, Failure> {
    let one = |effect: &Effect| {
        Ok(match effect {
            Effect::SetField((path, value)) => json!({ "set-field": [path, parsed(value)?] }),
            Effect::OpenTask(input) => json!({ "open-task": parsed(input)? }),
            Effect::Notify(input) => json!({ "notify": parsed(input)? }),
            Effect::StartMatter(input) => json!({ "start-matter": parsed(input)? }),
        })
    };
    effects.iter().map(one).collect()
}

fn parsed(text: &str) -> Result<Json, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::new(format!("组件给出的不是 JSON：{error}")))
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

/// A failure as tests name it: what a component said by the interface's word, what ended it by its code.
fn word(failure: &Unanswered) -> &'static str {
    match failure {
        Unanswered::Ended(code) => code.as_str(),
        Unanswered::Said(Refused::BadInput(_)) => "bad-input",
        Unanswered::Said(Refused::Denied(_)) => "denied",
        Unanswered::Said(Refused::Unavailable(_)) => "unavailable",
        Unanswered::Said(Refused::Internal(_)) => "internal",
    }
}

fn is_failure(word: &str) -> bool {
    ["bad-input", "denied", "unavailable", "internal"].contains(&word) || Code::ALL.iter().any(|c| c.as_str() == word)
}

#[cfg(test)]
mod tests;
