//! What a component asks of the platform: cases of its own matters, and agencies' systems, as far as that was granted.

use std::time::{Duration, Instant};

use host::{Hook, guests::Guest};
use serde_json::{Value as Json, json};
use zugong::http::app::HttpSettings;
use zugong_tests::{
    Actor, Server, Tenant, World,
    system::{CONNECTOR, Mode, OPERATION, System},
};

use super::{
    change,
    code::{health, install, with_code},
    connectors::connect,
    own::grant,
    submit,
};

const QUERIES: &str = r#"
[[query]]
key = "page"
title = "第二类"
type = "json"

[[query]]
key = "one"
title = "一件"
type = "json"
args = [{ key = "id", title = "办件", type = "text", required = true }]

[capabilities]
data = ["apply"]

[[rule]]"#;

/// Answers `Query.page` by a page of its cases of the second kind, and `Query.one` by the case of the id that it is given;
/// `null` where nothing is told.
const READS: &str = r#"
    (data (i32.const 1000) "apply")
    (data (i32.const 1010) "null")
    (data (i32.const 1020) "{\"kind\":{\"eq\":\"SECOND\"}}")
    (func (export "run") (param $in i32) (result i32)
      (local $parent i32) (local $at i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 400))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store (i32.const 400) (i32.const 1010))
      (i32.store (i32.const 404) (i32.const 4))
      (if (i32.eq (i32.load offset=60 (local.get $in)) (i32.const 10))
        (then
          (call $find (i32.const 1000) (i32.const 5) (i32.const 1020) (i32.const 24)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 300))
          (local.set $at (i32.const 300)))
        (else
          (local.set $parent (i32.load offset=64 (local.get $in)))
          (i32.store (i32.const 200) (i32.add (i32.load (local.get $parent)) (i32.const 7)))
          (i32.store (i32.const 204) (i32.sub (i32.load offset=4 (local.get $parent)) (i32.const 9)))
          (call $get (i32.const 1000) (i32.const 5) (i32.const 200) (i32.const 1) (i32.const 300))
          (local.set $at (i32.load (i32.const 304)))
          (if (i32.or (i32.load8_u (i32.const 300)) (i32.eqz (i32.load8_u (local.get $at))))
            (then (return (i32.const 16))))))
      (if (i32.or (i32.eqz (i32.load8_u (i32.const 300))) (i32.ne (local.get $at) (i32.const 300)))
        (then
          (i32.store (i32.const 400) (i32.load offset=4 (local.get $at)))
          (i32.store (i32.const 404) (i32.load offset=8 (local.get $at)))))
      (i32.const 16))
"#;

async fn apply(tenant: &Tenant, who: &str, kind: &str) -> Json {
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": kind, "reason": "工作需要" });
    let made = submit(tenant, "bwly.apply", who, who, form).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    made["case"]["id"].clone()
}

#[tokio::test]
async fn a_component_finds_the_cases_of_its_own_matters_that_the_caller_would_find() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = Guest { data: true, memory: "8", ..Guest::of(Hook::Resolve, READS) }.bytes().unwrap();
    let files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", QUERIES);
    let plugin = install(tenant, &files, &bytes).await;
    let (first, second) = (apply(tenant, "applicant", "FIRST").await, apply(tenant, "colleague", "SECOND").await);
    let ask = async |actor: &Actor, id: &Json| {
        actor.ok("query($id: String!) { bwly_page bwly_one(id: $id) }", json!({ "id": id })).await
    };
    let before = ask(&tenant.superior, &second).await;
    assert_eq!(before, json!({ "bwly_page": null, "bwly_one": null }), "nothing is granted by itself");
    grant(tenant, &plugin, json!({ "data": ["apply"] })).await;
    let seen = ask(&tenant.superior, &first).await;
    let page = &seen["bwly_page"];
    let ids: Vec<&Json> = page["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!((ids, &page["next"]), (vec![&second], &Json::Null), "{seen}");
    assert_eq!(page["items"][0]["name"], "王明");
    assert_eq!((&seen["bwly_one"]["id"], &seen["bwly_one"]["kind"]), (&first, &json!("FIRST")), "{seen}");
    // Who sees no case of the tenant is told of none, as is who asks for one that is not there.
    let theirs = ask(&tenant.applicant, &second).await;
    assert_eq!(theirs["bwly_page"]["items"], json!([]), "{theirs}");
    assert_eq!(theirs["bwly_one"], json!(null), "{theirs}");
    let nobody = ask(&tenant.superior, &json!("cas_00000000000000000000000000000000")).await;
    assert_eq!(nobody["bwly_one"], json!(null));
}

pub const CALLS: &str = r#"
[[query]]
key = "insured"
title = "参保"
type = "json"
args = [{ key = "name", title = "姓名", type = "text", required = true }]

[capabilities]
connectors = ["hr-social"]

[[rule]]"#;

/// Passes each question on, and answers by what the system answers; `"failed"` where it does not.
pub const PASSES_ON: &str = r#"
    (data (i32.const 1000) "hr-social")
    (data (i32.const 1010) "check")
    (data (i32.const 1020) "\"failed\"")
    (func (export "run") (param $in i32) (result i32)
      (local $answer i32)
      (call $call (i32.const 1000) (i32.const 9) (i32.const 1010) (i32.const 5)
        (i32.load offset=64 (local.get $in)) (i32.const 1) (i32.const 300))
      (local.set $answer (i32.load (i32.const 300)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 400))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store (i32.const 400) (i32.const 1020))
      (i32.store (i32.const 404) (i32.const 8))
      (if (i32.eqz (i32.load8_u (local.get $answer)))
        (then
          (i32.store (i32.const 400) (i32.load offset=4 (local.get $answer)))
          (i32.store (i32.const 404) (i32.load offset=8 (local.get $answer)))))
      (i32.const 16))
"#;

/// A server that may reach this machine, and a plug-in that asks the system; `repeats` is whether it may be asked twice.
async fn connected(repeats: bool) -> (World, System) {
    let networks = vec!["127.0.0.0/8".to_string()];
    let server = Server::with(HttpSettings { connector_networks: networks, ..HttpSettings::default() }).await;
    let (world, system) = (World::on(server).await, System::start().await);
    let tenant = &world.a;
    let bytes = Guest { connector: true, ..Guest::of(Hook::Resolve, PASSES_ON) }.bytes().unwrap();
    let mut files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", CALLS);
    let manifest = format!("{}{CONNECTOR}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    let operation = OPERATION.1.replace("\"idempotent\": true", &format!("\"idempotent\": {repeats}"));
    files.0.insert(OPERATION.0.into(), json!(operation));
    let plugin = install(tenant, &files, &bytes).await;
    grant(tenant, &plugin, json!({ "connectors": ["hr-social"] })).await;
    connect(tenant, &plugin, &system.url, None).await;
    (world, system)
}

#[tokio::test]
async fn a_call_whose_caller_hangs_up_ends_with_them_if_it_may_be_repeated_and_is_on_record_either_way() {
    for (repeats, error, failures) in [(true, "GIVEN_UP", 0), (false, "TIMEOUT", 1)] {
        let (world, system) = connected(repeats).await;
        let tenant = &world.a;
        system.set(Mode::Hangs);
        let asked = async {
            while system.asked() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // To drop the call is to close its connection.
        tokio::select! {
            reply = tenant.superior.gql("{ bwly_insured(name: \"王明\") }", json!({})) => panic!("{}", reply.text),
            () = asked => {}
        }
        let query = "{ pluginConnectors { nodes { failures calls(first: 5) { nodes { error } } } } }";
        let begun = Instant::now();
        let seen = loop {
            let read = tenant.superior.ok(query, json!({})).await["pluginConnectors"]["nodes"][0].clone();
            if read["calls"]["nodes"] != json!([]) {
                break read;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing is on record");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(seen, json!({ "failures": failures, "calls": { "nodes": [{ "error": error }] } }), "{repeats}");
    }
}

#[tokio::test]
async fn a_component_calls_an_agencys_system_without_ever_holding_its_secret() {
    let networks = vec!["127.0.0.0/8".to_string()];
    let server = Server::with(HttpSettings { connector_networks: networks, ..HttpSettings::default() }).await;
    let (world, system) = (World::on(server).await, System::start().await);
    let tenant = &world.a;
    let bytes = Guest { connector: true, ..Guest::of(Hook::Resolve, PASSES_ON) }.bytes().unwrap();
    let mut files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", CALLS);
    let manifest = format!("{}{CONNECTOR}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    files.0.insert(OPERATION.0.into(), json!(OPERATION.1));
    let plugin = install(tenant, &files, &bytes).await;
    let ask = async || tenant.superior.ok("{ bwly_insured(name: \"王明\") }", json!({})).await["bwly_insured"].clone();
    assert_eq!(ask().await, "failed", "nothing is granted by itself");
    let granted = grant(tenant, &plugin, json!({ "connectors": ["hr-social"] })).await;
    assert_eq!(ask().await, "failed", "nobody has said where the system is");
    // What comes back after it was taken out is granted nothing again.
    change(tenant, "pluginRemove", &granted).await;
    let plugin = install(tenant, &files, &bytes).await;
    let shown = "query($p: ID!) { pluginCapabilities(plugin: $p) { granted inForce } }";
    let shown = tenant.superior.ok(shown, json!({ "p": plugin["id"] })).await["pluginCapabilities"].clone();
    assert!(!shown.to_string().contains("hr-social"), "{shown}");
    grant(tenant, &plugin, json!({ "connectors": ["hr-social"] })).await;
    connect(tenant, &plugin, &system.url, None).await;
    assert_eq!(ask().await, json!({ "passed": true, "message": "已核对参保情况" }));
    assert_eq!(system.bodies(), vec![json!({ "name": "王明" })]);
    assert_eq!(ask().await, json!({ "passed": true, "message": "已核对参保情况" }));
    assert_eq!(system.effects(), 2, "another question is another occasion, whatever the client calls its requests");

    // A system that does not answer ends before the component's time does: it is the system's failure, not the plug-in's.
    system.set(Mode::Hangs);
    assert_eq!(ask().await, "failed");
    let faults = &health(tenant).await[0]["faults"];
    assert_eq!(faults, &json!([]), "{faults}");
    let read = tenant.superior.ok("{ pluginConnectors { nodes { failures } } }", json!({})).await;
    assert_eq!(read["pluginConnectors"]["nodes"][0]["failures"], 1, "{read}");
    system.set(Mode::Answers("已核对参保情况", true));
    assert_eq!(ask().await["passed"], true);

    // An answer that is none is a failure of the call; after five the system is left alone.
    system.set(Mode::Status("503 Service Unavailable"));
    for _ in 0..5 {
        assert_eq!(ask().await, "failed");
    }
    assert_eq!(system.bodies().len(), 9);
    assert_eq!(ask().await, "failed");
    assert_eq!(system.bodies().len(), 9, "it rests");
    let query =
        "{ pluginConnectors { nodes { failures calls(first: 50) { nodes { operation status error item { id } } } } } }";
    let read = tenant.superior.ok(query, json!({})).await["pluginConnectors"]["nodes"][0].clone();
    assert_eq!((&read["failures"], read["calls"]["nodes"].as_array().unwrap().len()), (&json!(5), 9), "{read}");
    assert_eq!(read["calls"]["nodes"][0]["item"], Json::Null);
}
