//! The examples in the demo: those that are only described always, those with code where they were built.
//!
//! Its data lies in a database of its own: it runs with `ZUGONG_TEST_BACKEND=sqlite` only.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use host::{Hook, guests::ECHO};
use serde_json::{Value as Json, json};
use zugong_tests::{
    Reply,
    database::backend,
    plant::{program, signal},
};

use super::{code::guest, kit::copied};

#[tokio::test]
async fn the_examples_are_in_the_demo_as_far_as_they_were_built() {
    if backend() != "sqlite" {
        return;
    }
    // Something was built of one of them; what does not matter here. The other was not.
    let (dir, rust) = copied("nianling-jiegou");
    let (_other, unbuilt) = copied("niandu-kaohe");
    fs::write(rust.join("plugin.wasm"), guest(Hook::Resolve, ECHO)).unwrap();
    fs::rename(unbuilt, dir.path().join("niandu-kaohe")).unwrap();
    let mut child = Command::new(program())
        .args(["demo", "--listen", "127.0.0.1:0", "--print-json", "--data"])
        .arg(dir.path().join("data"))
        .arg("--plugins")
        .arg(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Json = serde_json::from_str(&line).unwrap();
    let mut beside = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut beside).unwrap();
    assert!(beside.contains("niandu-kaohe is not built") && beside.contains("npm run build"), "{beside}");
    let haishu = told["tenants"].as_array().unwrap().iter().find(|tenant| tenant["code"] == "haishu").unwrap();
    let query = "{ plugins { nodes { prefix state } } cadres(first: 1) { nodes { nljg_age } } }";
    let request = zugong_tests::server::client().post(format!("{}/graphql", told["url"].as_str().unwrap()));
    let request = request.bearer_auth(haishu["tokens"]["super"].as_str().unwrap()).json(&json!({ "query": query }));
    let body = Reply::of(request.send().await.unwrap()).await.body;
    let found = |prefix: &str| json!({ "prefix": prefix, "state": "ENABLED" });
    let mut plugins = body["data"]["plugins"]["nodes"].as_array().unwrap().clone();
    plugins.sort_by_key(Json::to_string);
    assert_eq!(plugins, ["bwly", "gjjfc", "nljg"].map(found), "{body}");
    signal(child.id(), "INT");
    child.wait().unwrap();
}
