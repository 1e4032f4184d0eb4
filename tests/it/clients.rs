//! The clients that people use, as npm has them, complete a retirement over the public API.
//!
//! Each test installs its client from its lock file into a folder beside the build and runs it with Node.js
//! against the tests' server. Where there is no Node.js, it says so and passes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::json;
use zugong_tests::{World, node};

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn run(folder: &Path, program: &str, arguments: &[&str], world: &str) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("ZUGONG_WORLD", world).stdin(Stdio::null());
    command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn succeeds(folder: &Path, program: &str, arguments: &[&str], world: &str) -> String {
    let output = run(folder, program, arguments, world);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {out}\n{err}");
    out.into_owned()
}

/// The client's folder outside the checkout with its packages; none where there is no Node.js.
fn installed(name: &str) -> Option<PathBuf> {
    if !node::is_there() {
        return None;
    }
    let (folder, sources) = (node::installed(name), node::sources());
    let shared = folder.with_file_name("shared");
    for (from, to) in [(sources.join("shared"), &shared), (sources.join(name), &folder)] {
        for entry in fs::read_dir(from).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            node::put(&entry.path(), to);
        }
    }
    Some(folder)
}

/// What a client is told of the world it works in.
fn told(world: &World) -> String {
    let a = &world.a;
    let handlers: serde_json::Map<String, serde_json::Value> =
        a.handlers.iter().map(|(key, actor)| ((*key).to_string(), json!(actor.token))).collect();
    json!({
        "url": world.server.url, "cadre": a.id("cadre:applicant"), "idNumber": a.id("idNumber:applicant"),
        "unit": a.id("town"),
        "tokens": { "superior": a.superior.token, "applicant": a.applicant.token, "handlers": handlers },
    })
    .to_string()
}

async fn retires(name: &'static str, prepare: &'static [&'static [&'static str]]) {
    let Some(folder) = tokio::task::spawn_blocking(move || installed(name)).await.unwrap() else { return };
    let world = World::start().await;
    let told = told(&world);
    let out = tokio::task::spawn_blocking(move || {
        if !prepare.is_empty() {
            fs::copy(checkout().join("../schema.graphql"), folder.join("schema.graphql")).unwrap();
        }
        for step in prepare {
            succeeds(&folder, step[0], &step[1..], &told);
        }
        succeeds(&folder, "node", &["main.mjs"], &told)
    });
    assert!(out.await.unwrap().contains("retired with"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apollo_client_completes_a_retirement() {
    retires("apollo", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urql_completes_a_retirement() {
    retires("urql", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graphql_ws_completes_a_retirement_and_hears_of_every_step() {
    retires("graphql-ws", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graphql_sse_completes_a_retirement_and_hears_of_every_step() {
    retires("graphql-sse", &[]).await;
}

/// `relay-compiler` takes the schema as it is published: nodes, connections, fragments, re-fetching.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_compiles_and_completes_a_retirement() {
    retires("relay", &[&["node", "prepare.mjs"], &["npx", "--no-install", "relay-compiler"]]).await;
}

/// A change of the schema that breaks clients of the last release stands in the changelog.
#[test]
fn no_breaking_change_is_silent() {
    let Some(folder) = installed("inspector") else { return };
    let root = checkout().join("..");
    let at = |name: &str| root.join(name).canonicalize().unwrap().to_string_lossy().into_owned();
    let (released, current) = (at("docs/schema-released.graphql"), at("schema.graphql"));
    succeeds(&folder, "node", &["main.mjs", &released, &current, &at("CHANGELOG.md")], "");
    // The check itself: a field that is gone is found, and is allowed once it is announced.
    let text = fs::read_to_string(&current).unwrap();
    let field = text.split("type PageInfo").nth(1).and_then(|rest| rest.split("\thasNextPage: Boolean!").next());
    assert!(field.is_some(), "the schema has no PageInfo.hasNextPage");
    let broken = folder.join(format!("broken-{}.graphql", std::process::id()));
    let notes = folder.join(format!("notes-{}.md", std::process::id()));
    fs::write(&broken, text.replacen("\thasNextPage: Boolean!", "\thasNext: Boolean!", 1)).unwrap();
    fs::write(&notes, "nothing").unwrap();
    let arguments = ["main.mjs", &current, &*broken.to_string_lossy(), &*notes.to_string_lossy()];
    let silent = run(&folder, "node", &arguments, "");
    assert!(!silent.status.success() && String::from_utf8_lossy(&silent.stderr).contains("PageInfo.hasNextPage"));
    fs::write(&notes, "- `PageInfo.hasNextPage` is called `hasNext`.").unwrap();
    succeeds(&folder, "node", &arguments, "");
    fs::remove_file(broken).unwrap();
    fs::remove_file(notes).unwrap();
}
