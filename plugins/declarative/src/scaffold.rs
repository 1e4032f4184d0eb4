//! A new plug-in to begin with: complete, and right as it stands.

use crate::package::MANIFEST;

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
