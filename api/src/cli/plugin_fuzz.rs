//! A plug-in's component asked with inputs that its author did not think of (模糊测试), and again with one that it failed on.
//!
//! The inputs are those of the golden tests with something about them changed. A form that the schema would refuse is left
//! out, for no component is ever asked about one. What a component says is not judged; that it says something, is. Where
//! the tests record what the platform tells, it sometimes tells nothing instead, and the component may say so.

use std::{fs, path::Path};

use chrono::NaiveDate;
use declarative::{Package, Plugin};
use host::Failure as Unanswered;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::{
    cli::{
        Failure,
        plugin::Fuzz,
        plugin_call::{About, Setting},
        plugin_code::Component,
        plugin_text,
    },
    kernel::forms::Form,
    modules::matters::forms::FORMATS,
};

/// Failing calls that are kept of one run.
const KEPT: usize = 20;

/// What a component is asked: as in a golden test, without what it should answer.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
struct Call {
    today: NaiveDate,
    #[serde(flatten)]
    setting: Setting,
    #[serde(flatten)]
    about: About,
    /// How it failed, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

/// Asks with many inputs; keeps those that the component failed on in the folder `failures`.
pub async fn fuzz(asked: &Fuzz) -> Result<String, Failure> {
    let (component, calls, plugin) = load(&asked.folder)?;
    let seed = asked.seed.unwrap_or_else(rand::random);
    let mut dice = StdRng::seed_from_u64(seed);
    let forms: Vec<(&str, Form)> =
        plugin.matters.iter().filter_map(|m| Some((m.key.as_str(), Form::compile(&m.form, FORMATS).ok()?))).collect();
    let (mut run, mut failed) = (0_u32, vec![]);
    let mut tries = 0_u32;
    while run < asked.runs && tries < asked.runs.saturating_mul(50) {
        tries += 1;
        let Some(known) = calls.choose(&mut dice) else { break };
        let mut call = known.clone();
        match &mut call.about {
            About::Form { form, .. } => change(form, &mut dice),
            About::Points { input, .. } => change(input, &mut dice),
            About::Values { parents, .. } => parents.iter_mut().for_each(|parent| change(parent, &mut dice)),
            About::Act { args, .. } => change(args, &mut dice),
            About::Move { case, .. } => change(case, &mut dice),
        }
        if let About::Form { matter, form } = &call.about {
            let schema = forms.iter().find(|(key, _)| key == matter);
            if schema.is_none_or(|(_, schema)| !schema.faults(form, "form").is_empty()) {
                continue;
            }
        }
        refuse(&mut call.setting, &mut dice);
        run += 1;
        if let Err(failure) = ask(&component, &call).await {
            call.failure = Some(failure.to_string());
            failed.push(call);
        }
    }
    if run == 0 {
        return Err(Failure::new("tests/ 中没有可改动的测试输入：先写几个黄金测试"));
    }
    let told = format!("种子 {seed}：{run} 次调用，{} 次没有回答\n", failed.len());
    if failed.is_empty() {
        return Ok(told);
    }
    let kept = keep(&asked.folder, &failed)?;
    Err(Failure::new(format!("{told}{kept}")))
}

/// Asks once more what a component failed on.
pub async fn replay(folder: &Path, file: &Path) -> Result<String, Failure> {
    let (component, ..) = load(folder)?;
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::new(format!("{shown} cannot be read: {error}")))?;
    let call: Call = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{shown}:{}: it is no recorded call ({error})", error.line())))?;
    ask(&component, &call).await.map(|took| format!("{shown} 现在有回答（{took}）\n"))
}

fn load(folder: &Path) -> Result<(Component, Vec<Call>, Plugin), Failure> {
    let (package, plugin) = plugin_text::read(folder)?;
    let code = plugin.code.as_ref().ok_or_else(|| Failure::new("此插件没有组件（[code]），无需模糊测试"))?;
    let component = Component::load(&package, &plugin, code)?;
    Ok((component, known(&package, &plugin), plugin))
}

/// The inputs of the golden tests that reach the component.
fn known(package: &Package, plugin: &Plugin) -> Vec<Call> {
    let hooks = plugin.code.as_ref().map(|code| &code.hooks);
    let has = |hook: &str| hooks.is_some_and(|hooks| hooks.contains(hook));
    let tests = package.files().filter(|(path, _)| path.starts_with("tests/"));
    let calls = tests.filter_map(|(_, text)| serde_json::from_str::<Call>(text).ok());
    let reaches = |call: &Call| has(call.about.ask().hook().as_str());
    calls.filter(reaches).collect()
}

/// Asks; what it took. Who is told nothing by the platform may say that it can tell nothing.
async fn ask(component: &Component, call: &Call) -> Result<String, Failure> {
    let tried = component.ask(&call.about, call.today, &call.setting).await?;
    match tried.answer {
        Ok(_) => Ok(tried.took),
        Err(Unanswered::Said(_)) if tried.refused => Ok(tried.took),
        Err(failure) => Err(Failure::new(format!("组件没有回答：{failure}"))),
    }
}

/// Has the platform refuse one of the questions that are recorded, now and then.
fn refuse(setting: &mut Setting, dice: &mut StdRng) {
    let Some(exchanges) = setting.platform.as_mut().filter(|all| !all.is_empty()) else { return };
    if dice.random_ratio(1, 4) {
        let place = dice.random_range(0..exchanges.len());
        exchanges[place].refused("UNAVAILABLE");
    }
}

/// Changes something about a value: a field of an object, an entry of a list, or what it is.
fn change(value: &mut Json, dice: &mut StdRng) {
    match value {
        Json::Object(fields) if !fields.is_empty() && dice.random_ratio(9, 10) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let Some(name) = names.choose(dice) else { return };
            if dice.random_ratio(1, 8) {
                fields.remove(name);
            } else if let Some(inner) = fields.get_mut(name) {
                change(inner, dice);
            }
        }
        Json::Array(entries) if !entries.is_empty() && dice.random_ratio(9, 10) => {
            let place = dice.random_range(0..entries.len());
            match dice.random_range(0..4) {
                0 => drop(entries.remove(place)),
                1 => entries.push(entries[place].clone()),
                _ => change(&mut entries[place], dice),
            }
        }
        Json::Number(number) => *value = other_number(number.as_i64().unwrap_or(0), dice),
        Json::String(text) => *value = other_text(text, dice),
        Json::Bool(flag) => *value = json!(!*flag),
        _ => {
            *value = [json!(null), json!(0), json!(""), json!([]), json!({})].choose(dice).cloned().unwrap_or_default()
        }
    }
}

fn other_number(number: i64, dice: &mut StdRng) -> Json {
    let near = number.saturating_add(dice.random_range(-3..=3));
    let far = [0, 1, -1, i64::from(i32::MAX), i64::from(i32::MIN), i64::MAX, i64::MIN];
    match dice.random_range(0..4) {
        0 => json!(far.choose(dice)),
        1 => json!(number as f64 + 0.5),
        _ => json!(near),
    }
}

fn other_text(text: &str, dice: &mut StdRng) -> Json {
    match dice.random_range(0..7) {
        0 => json!(""),
        1 => json!(text.repeat(dice.random_range(2..40))),
        2 => json!(text.chars().rev().collect::<String>()),
        3 => json!(format!("{text}\u{1F600}𠮷\u{202E}")),
        4 => json!(format!(" {text}\n")),
        5 => json!(text.chars().take(1).collect::<String>()),
        _ => json!(["0", "-1", "9999-12-31", "null", "{}", "１２３"].choose(dice)),
    }
}

/// Writes failing calls, each to a file of its own, for `zugong plugin replay`.
fn keep(folder: &Path, failed: &[Call]) -> Result<String, Failure> {
    let place = folder.join("failures");
    let told = |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", place.display()));
    fs::create_dir_all(&place).map_err(told)?;
    let mut out = String::new();
    for (number, call) in failed.iter().take(KEPT).enumerate() {
        let file = place.join(format!("{}.json", number + 1));
        let text = serde_json::to_string_pretty(call).map_err(|error| Failure::new(error.to_string()))?;
        fs::write(&file, text + "\n").map_err(told)?;
        let why = call.failure.as_deref().unwrap_or_default();
        out += &format!("  {}：{why}\n", file.display());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_inputs_are_other_inputs_and_the_same_for_the_same_seed() {
        let start = json!({ "name": "王建国", "age": 40, "posts": [{ "title": "主任" }], "isMain": true });
        let course = |seed| {
            let mut dice = StdRng::seed_from_u64(seed);
            let mut value = start.clone();
            (0..200)
                .map(|_| {
                    change(&mut value, &mut dice);
                    value.clone()
                })
                .collect::<Vec<Json>>()
        };
        assert_eq!(course(1), course(1));
        assert_ne!(course(1), course(2));
        assert!(course(3).iter().any(|value| value != &start));
    }

    #[test]
    fn a_recorded_call_is_read_back_as_it_was() {
        for about in [
            About::Form { matter: "apply".into(), form: json!({ "a": 1 }) },
            About::Points { scheme: "annual".into(), input: json!([]) },
            About::Values { field: "gap".into(), parents: vec![json!({})] },
            About::Act { mutation: "register".into(), args: json!({ "a": 1 }) },
            About::Move { case: json!({}), from: String::new(), to: "RUNNING".into() },
        ] {
            let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
            let setting: Setting = serde_json::from_value(json!({
                "actor": "usr_1", "roles": ["unit.leader"], "config": { "most": 3 }, "grants": { "data": ["apply"] },
                "platform": [
                    { "data.get-many": { "matter": "apply", "ids": ["cas_1"], "told": { "unavailable": "RESTING" } } },
                ],
            }))
            .unwrap();
            let call = Call { today, setting, about, failure: Some("PLUGIN_TRAP".into()) };
            let text = serde_json::to_string(&call).unwrap();
            assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call);
        }
    }

    /// The example with a component that does something for every form.
    fn folder(main: &str) -> tempfile::TempDir {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugins/examples/bianwai-luyong");
        let dir = tempfile::tempdir().unwrap();
        for place in ["forms", "tests"] {
            fs::create_dir(dir.path().join(place)).unwrap();
            for file in fs::read_dir(example.join(place)).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), dir.path().join(place).join(file.file_name())).unwrap();
            }
        }
        let component = host::guests::Guest::of(host::Hook::Validate, main).bytes().unwrap();
        fs::write(dir.path().join("plugin.wasm"), &component).unwrap();
        let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&component));
        let manifest = fs::read_to_string(example.join("plugin.toml")).unwrap();
        let code = format!("\n[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{sha256}\"\nhooks = [\"validate\"]\n");
        fs::write(dir.path().join("plugin.toml"), format!("{manifest}{code}")).unwrap();
        dir
    }

    #[tokio::test]
    async fn what_a_component_fails_on_is_kept_and_asked_again() {
        let asked = |dir: &tempfile::TempDir| Fuzz { folder: dir.path().into(), runs: 30, seed: Some(7) };
        let fine = folder(host::guests::NOTHING);
        let told = fuzz(&asked(&fine)).await.unwrap();
        assert!(told.contains("30 次调用，0 次没有回答"), "{told}");
        assert!(!fine.path().join("failures").exists());
        let traps = folder(r#"(func (export "run") (param $in i32) (result i32) unreachable)"#);
        let told = fuzz(&asked(&traps)).await.unwrap_err().to_string();
        assert!(
            told.contains("30 次没有回答") && told.contains("failures/20.json") && !told.contains("21.json"),
            "{told}"
        );
        let kept = traps.path().join("failures/1.json");
        let again = replay(traps.path(), &kept).await.unwrap_err().to_string();
        assert!(again.contains("PLUGIN_TRAP"), "{again}");
        assert!(replay(fine.path(), &kept).await.unwrap().contains("现在有回答"));
        fs::write(&kept, "{}").unwrap();
        assert!(replay(fine.path(), &kept).await.is_err());
    }
}
