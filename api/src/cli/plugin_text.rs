//! Plug-ins in their folders: begun, checked and tested without a database.

use std::{fs, path::Path};

use declarative::{Package, Plugin, RuleLevel, names, scaffold};
use sha2::{Digest, Sha256};

use crate::{
    cli::{
        Failure,
        plugin::{Lang, New},
        plugin_code, plugin_folder, plugin_golden,
    },
    modules::plugins::store,
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
        Lang::Rust => format!("  zugong plugin build {shown} && zugong plugin pin {shown}\n"),
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
    let rules = || plugin.matters.iter().flat_map(|matter| &matter.rules);
    let warning = match rules().filter(|rule| rule.level == RuleLevel::Warn).count() {
        0 => String::new(),
        count => format!("（{count} 条只提示）"),
    };
    Ok(format!(
        "{} {}（{}）合格：{} 个事项，{} 条规则{warning}，{} 个扩展字段，{} 个代码集。\n{component}摘要 {}\n",
        plugin.title,
        plugin.version,
        plugin.key,
        plugin.matters.len(),
        rules().count(),
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
        let outcome = plugin_golden::tried(&plugin, component.as_ref(), path, text).await?;
        failed += usize::from(outcome.starts_with("不符"));
        out += &outcome;
    }
    match (count, failed) {
        (0, _) => Err(Failure::new("tests/ 中没有测试：写上 tests/fine.json")),
        (_, 0) => Ok(out),
        _ => Err(Failure::new(format!("{failed} 个测试不符\n{out}"))),
    }
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

        // A rule that only warns is counted, and its test says so.
        let manifest = folder.join("plugin.toml");
        let warning = fs::read_to_string(&manifest).unwrap().replace("# level", "level").replace(">= 18", ">= 60");
        fs::write(&manifest, warning).unwrap();
        assert!(check(&folder).await.unwrap().contains("1 条规则（1 条只提示）"));
        let failed = test(&folder).await.unwrap_err().to_string();
        assert!(failed.contains(r#"实际拒绝 []、提示 ["peixun.age"]"#), "{failed}");
        for file in ["tests/fine.json", "tests/young.json"] {
            let mut golden: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap();
            golden["refused"] = serde_json::json!([]);
            golden["warned"] = serde_json::json!(["peixun.age"]);
            fs::write(folder.join(file), golden.to_string()).unwrap();
        }
        assert_eq!(test(&folder).await.unwrap().matches("通过").count(), 2);
    }
}
