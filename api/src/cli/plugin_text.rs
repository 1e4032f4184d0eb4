//! Plug-ins in their folders: begun, checked and tested without a database.

use std::{fs, path::Path};

use chrono::NaiveDate;
use declarative::{Package, Plugin, names, rule::Verdict, scaffold};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{
    cli::{Failure, plugin::New},
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
    for (path, text) in scaffold::files(&new.key, &new.prefix, &new.title) {
        let file = folder.join(path);
        let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, text));
        written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", file.display())))?;
    }
    let shown = folder.display();
    Ok(format!("{shown} 已生成。下一步：\n  zugong plugin check {shown}\n  zugong plugin test {shown}\n"))
}

/// Checks a plug-in.
pub fn check(folder: &Path) -> Result<String, Failure> {
    let (_, plugin) = read(folder)?;
    let rules: usize = plugin.matters.iter().map(|m| m.rules.len()).sum();
    Ok(format!(
        "{} {}（{}）合格：{} 个事项，{} 条规则，{} 个扩展字段，{} 个代码集。\n摘要 {}\n",
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
    let told = |faults: Vec<declarative::Fault>| {
        let lines: String = faults.iter().map(|fault| format!("  {fault}\n")).collect();
        Failure::new(format!("{} 有 {} 处问题：\n{lines}", folder.display(), faults.len()))
    };
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

/// Asks a plug-in's forms and rules about its golden tests.
pub fn test(folder: &Path) -> Result<String, Failure> {
    let (package, plugin) = read(folder)?;
    let mut out = String::new();
    let mut failed = 0;
    let mut count = 0;
    for (path, text) in package.files().filter(|(path, _)| path.starts_with("tests/")) {
        count += 1;
        let golden: Golden = serde_json::from_str(text).map_err(|error| {
            Failure::new(format!("{path}:{}: a test has matter, today, form, refused ({error})", error.line()))
        })?;
        let mut found =
            refused(&plugin, &golden).ok_or_else(|| Failure::new(format!("{path}: 没有事项 {}", golden.matter)))?;
        let mut wanted = golden.refused.clone();
        found.sort();
        wanted.sort();
        if found == wanted {
            out += &format!("通过 {path}\n");
        } else {
            failed += 1;
            out += &format!("不符 {path}：应拒绝 {wanted:?}，实际 {found:?}\n");
        }
    }
    match (count, failed) {
        (0, _) => Err(Failure::new("tests/ 中没有测试：写上 tests/fine.json")),
        (_, 0) => Ok(out),
        _ => Err(Failure::new(format!("{failed} 个测试不符\n{out}"))),
    }
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

    #[test]
    fn the_examples_and_a_new_plug_in_pass_their_own_tests() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugins/examples");
        for (example, tests) in [("bianwai-luyong", 7), ("xinli-jiankang", 5)] {
            let told = test(&examples.join(example)).unwrap();
            assert_eq!(told.lines().count(), tests, "{example}: {told}");
        }
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("peixun");
        let new = |key: &str| New {
            key: key.into(),
            prefix: "peixun".into(),
            title: "干部培训".into(),
            folder: Some(folder.clone()),
        };
        assert!(begin(&new("peixun")).is_err() && !folder.exists());
        begin(&new("330203.peixun")).unwrap();
        assert!(check(&folder).unwrap().contains("干部培训 1.0.0"));
        assert_eq!(test(&folder).unwrap().lines().count(), 2);
        assert!(begin(&new("330203.peixun")).is_err(), "what is there stays");
        let young = folder.join("tests/young.json");
        fs::write(&young, fs::read_to_string(&young).unwrap().replace("2010-05-01", "2000-05-01")).unwrap();
        assert!(test(&folder).unwrap_err().to_string().contains("tests/young.json"));
    }
}
