//! `zugong plugin dev`: what is saved is served, what is wrong is told and not served.
//!
//! Its data lies in a database of its own: it runs with `ZUGONG_TEST_BACKEND=sqlite` only.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::json;
use zugong_tests::{
    Reply,
    database::backend,
    plant::{program, signal},
};

/// Waits for a line that has some words.
fn heard(lines: &Receiver<String>, words: &str) -> String {
    loop {
        let line =
            lines.recv_timeout(Duration::from_secs(180)).unwrap_or_else(|_| panic!("nothing of {words} is heard"));
        if line.contains(words) {
            return line;
        }
    }
}

fn changed(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

#[tokio::test]
async fn what_is_saved_is_served_and_what_is_wrong_is_told() {
    if backend() != "sqlite" {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("peixun");
    let new = ["plugin", "new", "--key", "330203.peixun", "--prefix", "peixun", "--title", "干部培训"];
    assert!(Command::new(program()).args(new).arg(&folder).output().unwrap().status.success());
    let mut child = Command::new(program())
        .args(["plugin", "dev", "--port", "0"])
        .arg(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (say, lines) = channel();
    let out = child.stdout.take().unwrap();
    std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
    let line = heard(&lines, "/graphiql#token=");
    let (url, token) = line.trim().split_once("/graphiql#token=").unwrap();
    let http = zugong_tests::server::client();
    let asked = async |query: &str| {
        let request = http.post(format!("{url}/graphql")).bearer_auth(token).json(&json!({ "query": query }));
        Reply::of(request.send().await.unwrap()).await.body
    };
    heard(&lines, "正在看着");
    let kind = asked("{ cadres(first: 1) { nodes { ext { peixun_kind } } } }").await;
    assert_eq!(kind, json!({ "data": { "cadres": { "nodes": [{ "ext": null }] } } }));
    let new = "{ cadres(first: 1) { nodes { ext { peixun_hours } } } }";
    assert_eq!(asked(new).await["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");

    // A field more, under the same version.
    let manifest = folder.join("plugin.toml");
    let field = "[[field]]\ntarget = \"Cadre\"\nkey = \"hours\"\ntitle = \"学时\"\ntype = \"integer\"\n\n[[matter]] ";
    changed(&manifest, "[[matter]] ", field);
    let told = heard(&lines, "已换上");
    assert!(told.contains("毫秒"), "{told}");
    let mut after = asked(new).await;
    for _ in 0..50 {
        if after["errors"].is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        after = asked(new).await;
    }
    assert_eq!(after, kind);

    // Something wrong: it is told, and what was right is served.
    changed(&manifest, "type = \"integer\"", "type = \"number of hours\"");
    heard(&lines, "没有换上");
    heard(&lines, "plugin.toml:");
    assert!(asked(new).await["errors"].is_null());
    changed(&manifest, "type = \"number of hours\"", "type = \"integer\"");
    heard(&lines, "没有变化");
    signal(child.id(), "INT");
    child.wait().unwrap();
}
