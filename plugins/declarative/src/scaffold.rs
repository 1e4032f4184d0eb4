//! A new plug-in to begin with: complete, and right as it stands.

use crate::{Package, fault::Fault, package::MANIFEST};

/// In what the logic of a new plug-in is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// In rules alone.
    Declared,
    /// In TypeScript besides, which is made into a component.
    TypeScript,
    /// In Rust besides.
    Rust,
}

/// The files of a new plug-in: paths and texts.
pub fn files(key: &str, prefix: &str, title: &str) -> Vec<(&'static str, String)> {
    let fill = |text: &str| text.replace("{key}", key).replace("{prefix}", prefix).replace("{title}", title);
    vec![
        (MANIFEST, fill(include_str!("../template/plugin.toml"))),
        ("forms/apply.json", fill(include_str!("../template/apply.json"))),
        ("tests/young.json", fill(include_str!("../template/young.json"))),
        ("tests/fine.json", fill(include_str!("../template/fine.json"))),
    ]
}

/// The files of a new plug-in whose logic is written in a language. `wit` is what component and platform say to each
/// other; sources stand in `code/`, which is no part of the plug-in.
pub fn files_in(language: Language, wit: &str, key: &str, prefix: &str, title: &str) -> Vec<(&'static str, String)> {
    let mut all = files(key, prefix, title);
    let fill = |text: &str| text.replace("{prefix}", prefix);
    let code = match language {
        Language::Declared => return all,
        Language::TypeScript => include_str!("../template/code/code.toml"),
        Language::Rust => include_str!("../template/rust/code.toml"),
    };
    for (_, text) in all.iter_mut().filter(|(path, _)| *path == MANIFEST) {
        text.push_str(&fill(code));
    }
    all.push(("tests/reason.json", fill(include_str!("../template/code/reason.json"))));
    match language {
        Language::Declared => {}
        Language::TypeScript => all.extend([
            ("code/package.json", include_str!("../template/code/package.json").to_string()),
            ("code/src/zugong.ts", include_str!("../template/code/src/zugong.ts").to_string()),
            ("code/src/core.ts", include_str!("../template/code/src/core.ts").to_string()),
            ("code/src/data.ts", include_str!("../template/code/src/data.ts").to_string()),
            ("code/src/connector.ts", include_str!("../template/code/src/connector.ts").to_string()),
            ("code/src/plugin.ts", include_str!("../template/code/src/plugin.ts").to_string()),
            ("code/wit/plugin.wit", format!("{wit}{}", include_str!("../template/code/world.wit"))),
            ("code/.gitignore", "node_modules\nbuild\n".to_string()),
            ("tests/score.json", include_str!("../template/code/score.json").to_string()),
        ]),
        Language::Rust => all.extend([
            ("code/Cargo.toml", include_str!("../template/rust/Cargo.toml.txt").to_string()),
            ("code/.cargo/config.toml", include_str!("../template/rust/config.toml.txt").to_string()),
            ("code/src/zugong.rs", include_str!("../template/rust/src/zugong.rs").to_string()),
            ("code/src/zugong/connector.rs", include_str!("../template/rust/src/zugong/connector.rs").to_string()),
            ("code/src/zugong/data.rs", include_str!("../template/rust/src/zugong/data.rs").to_string()),
            ("code/src/zugong/log.rs", include_str!("../template/rust/src/zugong/log.rs").to_string()),
            ("code/src/zugong/platform.rs", include_str!("../template/rust/src/zugong/platform.rs").to_string()),
            ("code/src/lib.rs", include_str!("../template/rust/src/lib.rs").to_string()),
            ("code/wit/plugin.wit", format!("{wit}{}", include_str!("../template/rust/world.wit"))),
            ("code/.gitignore", "target\n".to_string()),
            ("tests/age.json", include_str!("../template/rust/age.json").to_string()),
        ]),
    }
    all
}

/// The manifest with the SHA-256 of the component as it is now in place of the one that it had.
pub fn pinned(package: &Package, sha256: &str) -> Result<String, Fault> {
    let text = package.text(MANIFEST).unwrap_or_default();
    let mut of_code = false;
    let mut found = false;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let plain = line.trim_start();
        if plain.starts_with('[') {
            of_code = plain.starts_with("[code]");
        }
        let is_digest = plain.strip_prefix("sha256").is_some_and(|rest| rest.trim_start().starts_with('='));
        if of_code && !found && is_digest {
            found = true;
            out.push_str(&format!("sha256 = \"{sha256}\"\n"));
        } else {
            out.push_str(line);
        }
    }
    if found {
        return Ok(out);
    }
    Err(Fault {
        file: MANIFEST.into(),
        line: 1,
        code: "COMPONENT_DIGEST",
        message: "清单的 [code] 中没有 sha256 一行".into(),
        mend: format!("在 [code] 下写上 sha256 = \"{sha256}\""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hook_and_every_capability_of_the_interface_has_a_feature_in_rust() {
        let files = files_in(Language::Rust, "", "330203.peixun", "peixun", "培训");
        let text = |wanted: &str| files.iter().find(|(path, _)| *path == wanted).unwrap().1.as_str();
        let cargo: toml::Table = toml::from_str(text("code/Cargo.toml")).unwrap();
        let features = cargo["features"].as_table().unwrap();
        for name in EXPORTS.into_iter().chain(IMPORTS) {
            assert!(features.contains_key(name), "{name}");
            let used = files.iter().any(|(_, text)| text.contains(&format!("feature = \"{name}\"")));
            assert!(used, "{name}");
        }
        // What is not on in the beginning is not in the world either.
        let world = text("code/wit/plugin.wit");
        let on: Vec<&str> = features["default"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
        for name in EXPORTS {
            assert_eq!(world.contains(&format!("export {name};")), on.contains(&name), "{name}");
        }
        for name in IMPORTS {
            assert_eq!(world.contains(&format!("import {name};")), on.contains(&name), "{name}");
        }
    }

    const EXPORTS: [&str; 5] = ["validate", "score", "resolve", "on-transition", "act"];
    const IMPORTS: [&str; 4] = ["core", "data", "connector", "log"];

    #[test]
    fn only_the_digest_of_the_code_is_pinned() {
        let with = |text: &str| Package::new([(MANIFEST.to_string(), text.to_string())]).unwrap();
        let before = "[plugin]\nsha256 = \"x\"\n[code]\ncomponent = \"a.wasm\"\n  sha256 = \"0\" # alt\nhooks = []\n";
        let after = "[plugin]\nsha256 = \"x\"\n[code]\ncomponent = \"a.wasm\"\nsha256 = \"ab\"\nhooks = []\n";
        assert_eq!(pinned(&with(before), "ab").unwrap(), after);
        assert!(pinned(&with("[plugin]\nsha256 = \"x\"\n"), "ab").unwrap_err().mend.contains("ab"));
    }
}
