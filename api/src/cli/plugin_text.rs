//! Plug-ins in their folders: begun, checked and tested without a database.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::NaiveDate;
use declarative::{Package, Plugin, names, rule::Verdict, scaffold};
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    cli::{
        Failure,
        plugin::{Lang, New},
        plugin_code, plugin_deeds, plugin_folder,
    },
    kernel::forms::Form,
    modules::{matters::forms::FORMATS, plugins::store},
};

/// Begins a plug-in.
pub fn begin(new: &New) -> Result<String, Failure> {
    let wrong = [
        (!names::is_plugin_key(&new.key), "--key takes a division code, a dot and a name, as in 330203.bianwai-luyong"),
        (!names::is_prefix(&new.prefix), "--prefix takes 2 to 12 small letters and digits that are not the platform's"),
        (!names::is_title(&new.title), "--title takes 1 to 60 characters, some of them Chinese"),
    ];
    if let Some((_, words)) = wrong.iter().find(|(wrong, _)| *wrong) {
        return Err(Failure::new(*words));
    }
    let folder = new.folder.clone().unwrap_or_else(|| new.prefix.clone().into());
    if folder.exists() {
        return Err(Failure::new(format!("{} is there already: name another folder", folder.display())));
    }
    let language = match new.lang {
        Lang::Decl => scaffold::Language::Declared,
        Lang::Ts => scaffold::Language::TypeScript,
        Lang::Rust => scaffold::Language::Rust,
    };
    for (path, text) in scaffold::files_in(language, host::WIT, &new.key, &new.prefix, &new.title) {
        let file = folder.join(path);
        let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, text));
        written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", file.display())))?;
    }
    let shown = folder.display();
    let build = match new.lang {
        Lang::Decl => String::new(),
        Lang::Ts => format!("  (cd {shown}/code && npm install && npm run build) && zugong plugin pin {shown}\n"),
        Lang::Rust => format!(
            "  rustup target add wasm32-unknown-unknown\n  (cd {shown}/code && cargo build --release) && zugong plugin pin {shown}\n"
        ),
    };
    Ok(format!("{shown} 已生成。下一步：\n{build}  zugong plugin check {shown}\n  zugong plugin test {shown}\n"))
}

/// What is wrong with a folder.
pub fn listed(folder: &Path, faults: &[declarative::Fault]) -> Failure {
    let lines: String = faults.iter().map(|fault| format!("  {fault}\n")).collect();
    Failure::new(format!("{} 有 {} 处问题：\n{lines}", folder.display(), faults.len()))
}

/// Writes the digest of the component into the manifest; where the sources are in Rust, makes the component first.
pub fn pin(folder: &Path) -> Result<String, Failure> {
    if let Some(made) = plugin_folder::built(folder)? {
        let file = folder.join("plugin.wasm");
        fs::write(&file, made).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    }
    let told = |fault: &declarative::Fault| Failure::new(fault.to_string());
    let package =
        Package::read(folder).map_err(|faults| faults.first().map_or_else(|| Failure::new("插件读不懂"), told))?;
    let none = || Failure::new("清单的 [code] 所指的组件不存在：先编译它");
    let sha256 = hex::encode(Sha256::digest(package.component().ok_or_else(none)?));
    let text = scaffold::pinned(&package, &sha256).map_err(|fault| told(&fault))?;
    let file = folder.join("plugin.toml");
    fs::write(&file, text).map_err(|error| Failure::new(format!("{} cannot be written: {error}", file.display())))?;
    Ok(format!("{} 已写入 sha256 = \"{sha256}\"\n", file.display()))
}

/// Checks a plug-in, its component too.
pub async fn check(folder: &Path) -> Result<String, Failure> {
    let (package, plugin) = read(folder)?;
    let component = match &plugin.code {
        Some(code) => {
            plugin_code::Component::load(&package, &plugin, code)?;
            let hooks: Vec<&str> = code.hooks.iter().map(String::as_str).collect();
            format!("组件 {} 合格，钩子 {}。\n", code.component, hooks.join("、"))
        }
        None => String::new(),
    };
    let rules: usize = plugin.matters.iter().map(|m| m.rules.len()).sum();
    Ok(format!(
        "{} {}（{}）合格：{} 个事项，{} 条规则，{} 个扩展字段，{} 个代码集。\n{component}摘要 {}\n",
        plugin.title,
        plugin.version,
        plugin.key,
        plugin.matters.len(),
        rules,
        plugin.fields.len(),
        plugin.codes.len(),
        plugin.digest
    ))
}

/// A plug-in of a folder, checked.
pub fn read(folder: &Path) -> Result<(Package, Plugin), Failure> {
    let told = |faults: Vec<declarative::Fault>| listed(folder, &faults);
    let package = Package::read(folder).map_err(told)?;
    let plugin = declarative::check(&package, &store::environment()).map_err(told)?;
    Ok((package, plugin))
}

/// A golden test: a form, and the rules and fields that refuse it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    matter: String,
    today: NaiveDate,
    form: Json,
    refused: Vec<String>,
}

/// A golden test of points: a scheme and its input, and the points by items.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenScore {
    scheme: String,
    today: NaiveDate,
    input: Json,
    points: BTreeMap<String, i64>,
}

/// A golden test of a computed field: what is given of each object, and the value of each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenValues {
    field: String,
    today: NaiveDate,
    parents: Vec<Json>,
    values: Vec<Json>,
}

/// Asks a plug-in's forms, rules and component about its golden tests; of the component it tells the instructions and
/// the memory that each took, which are the same on every machine.
pub async fn test(folder: &Path) -> Result<String, Failure> {
    let (package, plugin) = read(folder)?;
    let component =
        plugin.code.as_ref().map(|code| plugin_code::Component::load(&package, &plugin, code)).transpose()?;
    let mut out = String::new();
    let mut failed = 0;
    let mut count = 0;
    for (path, text) in package.files().filter(|(path, _)| path.starts_with("tests/")) {
        count += 1;
        let outcome = match &component {
            Some(component) if text.contains("\"scheme\"") => scored(component, path, text).await?,
            Some(component) if text.contains("\"parents\"") => resolved(component, path, text).await?,
            Some(component) if text.contains("\"mutation\"") => plugin_deeds::acted(component, path, text).await?,
            Some(component) if text.contains("\"case\"") => plugin_deeds::moved(component, path, text).await?,
            _ => submitted(&plugin, component.as_ref(), path, text).await?,
        };
        failed += usize::from(outcome.starts_with("不符"));
        out += &outcome;
    }
    match (count, failed) {
        (0, _) => Err(Failure::new("tests/ 中没有测试：写上 tests/fine.json")),
        (_, 0) => Ok(out),
        _ => Err(Failure::new(format!("{failed} 个测试不符\n{out}"))),
    }
}

async fn scored(component: &plugin_code::Component, path: &str, text: &str) -> Result<String, Failure> {
    let golden: GoldenScore = serde_json::from_str(text).map_err(|error| {
        Failure::new(format!("{path}:{}: a test of points has scheme, today, input, points ({error})", error.line()))
    })?;
    let (found, took) = component.points(&golden.scheme, &golden.input, golden.today).await?;
    Ok(match found == golden.points {
        true => format!("通过 {path}（{took}）\n"),
        false => format!("不符 {path}：应得 {:?}，实际 {found:?}\n", golden.points),
    })
}

async fn resolved(component: &plugin_code::Component, path: &str, text: &str) -> Result<String, Failure> {
    let golden: GoldenValues = serde_json::from_str(text).map_err(|error| {
        Failure::new(format!("{path}:{}: a test of a field has field, today, parents, values ({error})", error.line()))
    })?;
    let (found, took) = component.values(&golden.field, &golden.parents, golden.today).await?;
    Ok(match found == golden.values {
        true => format!("通过 {path}（{took}）\n"),
        false => format!("不符 {path}：应得 {:?}，实际 {found:?}\n", golden.values),
    })
}

async fn submitted(
    plugin: &Plugin,
    component: Option<&plugin_code::Component>,
    path: &str,
    text: &str,
) -> Result<String, Failure> {
    let golden: Golden = serde_json::from_str(text).map_err(|error| {
        Failure::new(format!("{path}:{}: a test has matter, today, form, refused ({error})", error.line()))
    })?;
    let mut found =
        refused(plugin, &golden).ok_or_else(|| Failure::new(format!("{path}: 没有事项 {}", golden.matter)))?;
    let mut took = String::new();
    let validates = plugin.code.as_ref().is_some_and(|code| code.hooks.contains("validate"));
    if let Some(component) = component.filter(|_| validates && found.is_empty()) {
        let (problems, used) = component.problems(&golden.matter, &golden.form, golden.today).await?;
        found = problems.into_iter().map(|code| format!("{}.{code}", plugin.prefix)).collect();
        took = format!("（{used}）");
    }
    let mut wanted = golden.refused.clone();
    found.sort();
    wanted.sort();
    Ok(match found == wanted {
        true => format!("通过 {path}{took}\n"),
        false => format!("不符 {path}：应拒绝 {wanted:?}，实际 {found:?}\n"),
    })
}

/// What refuses a form: fields of the form by name, or, where the form is in order, rules by code.
fn refused(plugin: &Plugin, golden: &Golden) -> Option<Vec<String>> {
    let matter = plugin.matters.iter().find(|m| m.key == golden.matter)?;
    let form = Form::compile(&matter.form, FORMATS).ok()?;
    let faults: Vec<String> = form.faults(&golden.form, "form").into_iter().filter_map(|fault| fault.field).collect();
    if !faults.is_empty() {
        return Some(faults);
    }
    let names = matter.fields.iter().map(|f| f.name.clone()).collect();
    let broken = |rule: &&declarative::MatterRule| rule.rule.ask(&golden.form, &names, golden.today) != Verdict::Holds;
    Some(matter.rules.iter().filter(broken).map(|rule| rule.code.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_examples_and_a_new_plug_in_pass_their_own_tests() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugins/examples");
        for (example, tests) in [("bianwai-luyong", 7), ("xinli-jiankang", 5), ("gongjijin-fengcun", 3)] {
            let told = test(&examples.join(example)).await.unwrap();
            assert_eq!(told.lines().count(), tests, "{example}: {told}");
        }
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("peixun");
        let new = |key: &str| New {
            key: key.into(),
            prefix: "peixun".into(),
            title: "干部培训".into(),
            lang: Lang::Decl,
            folder: Some(folder.clone()),
        };
        assert!(begin(&new("peixun")).is_err() && !folder.exists());
        begin(&new("330203.peixun")).unwrap();
        assert!(check(&folder).await.unwrap().contains("干部培训 1.0.0"));
        assert_eq!(test(&folder).await.unwrap().lines().count(), 2);
        assert!(begin(&new("330203.peixun")).is_err(), "what is there stays");
        let young = folder.join("tests/young.json");
        fs::write(&young, fs::read_to_string(&young).unwrap().replace("2010-05-01", "2000-05-01")).unwrap();
        assert!(test(&folder).await.unwrap_err().to_string().contains("tests/young.json"));
    }
}
