//! Rules of the house that a program can check.

use std::{
    fs,
    path::{Path, PathBuf},
};

const LONGEST: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every Rust file of the workspace with its text.
fn sources() -> Vec<(String, String)> {
    let mut out = vec![];
    let mut folders: Vec<PathBuf> =
        ["api", "entities", "migration", "plugins", "policies", "tests"].iter().map(|f| root().join(f)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "node_modules" && name != "target" && name != "dist" {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let relative = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                out.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(out.len() > 100, "the sources were not found");
    out
}

/// The product's part of a file: what comes before its unit tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn offenders(words: &[&str], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    sources()
        .iter()
        .filter(|(path, _)| wanted(path) && !path.contains("/tests/") && !path.contains("/tests_"))
        .flat_map(|(path, text)| {
            product(text)
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim_start().starts_with("//") && words.iter().any(|w| line.contains(w)))
                .map(|(i, line)| format!("{path}:{}: {}", i + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn no_room_is_too_large() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "files over {LONGEST} lines want splitting: {long:#?}");
}

#[test]
fn nothing_is_left_unfinished() {
    let words = ["todo!", "unimplemented!", "FIXME", "dbg!("];
    let found = offenders(&words, |path| !path.starts_with("tests/"));
    assert!(found.is_empty(), "{found:#?}");
}

/// Invariant 1: the database is named only where sessions guard it.
#[test]
fn inv_1_no_row_is_reached_without_a_session() {
    let words = [
        "DatabaseConnection",
        "DatabaseTransaction",
        "ConnectionTrait",
        "query_all_raw",
        "query_one_raw",
        "execute_unprepared",
        "find_by_statement",
    ];
    let allowed = ["api/src/kernel/", "migration/", "entities/", "tests/", "api/src/cli/"];
    let found = offenders(&words, |path| !allowed.iter().any(|a| path.starts_with(a)));
    assert!(found.is_empty(), "only the kernel holds a connection: {found:#?}");
}

/// Invariant 5: a rule knows no database, clock, GraphQL or async.
#[test]
fn inv_5_rules_are_pure() {
    let words = [
        "sea_orm",
        "async_graphql",
        "async fn",
        ".await",
        "Utc::now",
        "Local::now",
        "SystemTime",
        "axum",
        "entities::",
        "kernel::session",
        "kernel::tx",
    ];
    let found = offenders(&words, |path| path.contains("/rules/"));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_the_transport_names_axum() {
    let found = offenders(&["axum::", "use axum"], |path| {
        path.starts_with("api/src/") && !path.starts_with("api/src/http/") && !path.starts_with("api/src/server")
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_the_schema_touches_the_registry_of_the_library() {
    let allowed = [
        "api/src/graph/schema/",
        "api/src/graph/scalars.rs",
        "api/src/graph/payload.rs",
        "api/src/graph/variables.rs",
        "api/src/kernel/id.rs",
    ];
    let found =
        offenders(&["registry::"], |path| path.starts_with("api/src/") && !allowed.iter().any(|a| path.starts_with(a)));
    assert!(found.is_empty(), "{found:#?}");
}

/// Invariant 10: `docs/errors.md` and the list of codes are one.
#[test]
fn inv_10_every_error_code_is_documented() {
    let written = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    assert_eq!(written, zugong::kernel::code::render_docs(), "run ./regenerate");
}

#[test]
fn every_invariant_of_the_architecture_names_its_test() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let all = sources();
    let mut count = 0;
    for line in text.lines().filter(|l| l.starts_with("| INV-")) {
        count += 1;
        let number = line.trim_start_matches("| INV-").split(' ').next().unwrap();
        let name = format!("fn inv_{number}_");
        assert!(all.iter().any(|(_, text)| text.contains(&name)), "no test named {name}… for: {line}");
    }
    assert!(count >= 10, "the invariants were not found");
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let words = ["/work/", "CI machine of", "the session's", "issue #"];
    let mut found = vec![];
    for name in ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        found.extend(words.iter().filter(|w| text.contains(**w)).map(|w| format!("{name}: {w}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}
