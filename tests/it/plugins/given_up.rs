//! Clients that hang up while a component works for them, again and again: nothing is kept for them.

use std::time::{Duration, Instant};

use futures::future::join_all;
use host::{Hook, guests::Guest};
use serde_json::{Value as Json, json};
use zugong::http::app::HttpSettings;
use zugong_tests::{
    Actor, Server, World,
    system::{CONNECTOR, Mode, OPERATION, System},
};

use super::{
    code::{health, install, with_code},
    connectors::connect,
    own::grant,
};

/// How many clients hang up.
const CLIENTS: u64 = 200;

const QUERIES: &str = r#"
[[query]]
key = "work"
title = "计算"
type = "json"

[[query]]
key = "insured"
title = "参保"
type = "json"
args = [{ key = "name", title = "姓名", type = "text", required = true }]

[capabilities]
connectors = ["hr-social"]

[[rule]]"#;

/// Works for a while (`Query.work`), or passes the question on to the system; answers `null` either way.
const WORKS: &str = r#"
    (data (i32.const 1000) "hr-social")
    (data (i32.const 1010) "check")
    (data (i32.const 1020) "null")
    (func (export "run") (param $in i32) (result i32)
      (local $left i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 400))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store (i32.const 400) (i32.const 1020))
      (i32.store (i32.const 404) (i32.const 4))
      (if (i32.eq (i32.load offset=60 (local.get $in)) (i32.const 10))
        (then
          (local.set $left (i32.const 4000000))
          (loop $on
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $on (local.get $left))))
        (else
          (call $call (i32.const 1000) (i32.const 9) (i32.const 1010) (i32.const 5)
            (i32.load offset=64 (local.get $in)) (i32.const 1) (i32.const 300))))
      (i32.const 16))
"#;

const WORK: &str = "{ told: bwly_work }";
const ASK: &str = "{ told: bwly_insured(name: \"王明\") }";

/// Whether all of so many questions at once are answered.
async fn answers(actor: &Actor, query: &str, count: usize) -> bool {
    let replies = join_all((0..count).map(|_| actor.gql(query, json!({})))).await;
    replies.iter().all(|reply| reply.code() == "none" && reply.body["data"] == json!({ "told": null }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_that_hang_up_leave_every_place_free_and_nobody_to_blame() {
    let networks = vec!["127.0.0.0/8".to_string()];
    let server = Server::with(HttpSettings { connector_networks: networks, ..HttpSettings::default() }).await;
    let (world, system) = (World::on(server).await, System::start().await);
    let tenant = &world.a;
    let bytes = Guest { connector: true, ..Guest::of(Hook::Resolve, WORKS) }.bytes().unwrap();
    let mut files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", QUERIES);
    let manifest = format!("{}{CONNECTOR}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    files.0.insert(OPERATION.0.into(), json!(OPERATION.1));
    let plugin = install(tenant, &files, &bytes).await;
    grant(tenant, &plugin, json!({ "connectors": ["hr-social"] })).await;
    connect(tenant, &plugin, &system.url, None).await;
    for query in [WORK, ASK] {
        assert!(answers(&tenant.superior, query, 1).await, "{query}");
    }

    // Half of them while it works, half while it waits for a system that says nothing.
    system.set(Mode::Hangs);
    let mut hung_up = 0;
    for n in 0..CLIENTS {
        let query = if n % 2 == 0 { WORK } else { ASK };
        let call = tenant.superior.gql(query, json!({}));
        // To drop the call is to close its connection.
        hung_up += u64::from(tokio::time::timeout(Duration::from_millis(n % 12), call).await.is_err());
    }
    assert!(hung_up > CLIENTS / 4, "{hung_up} of {CLIENTS} hung up before they were answered");

    // Work that nobody waits for ends at once, and so does a question to a system that may be repeated. Then all places are
    // free at the same time.
    system.set(Mode::Answers("已核对参保情况", true));
    let places = host::Room::of(false, 1).plugin;
    let begun = Instant::now();
    while !answers(&tenant.superior, WORK, places).await {
        assert!(begun.elapsed() < Duration::from_secs(20), "its places are never free again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let line = health(tenant).await[0].clone();
    assert_eq!((&line["hook"], &line["breaker"]), (&json!("resolve"), &json!("CLOSED")), "{line}");
    // Whoever asks too much at once is told so, and that is no fault of the plug-in.
    let faults = line["faults"].as_array().unwrap().iter();
    let own: Vec<&Json> = faults.filter(|fault| fault["code"] != "PLUGIN_BUSY").collect();
    assert!(own.is_empty(), "{own:?}");
    // The neighbour's work was never in question.
    let read = world.b.superior.ok("{ cadres { nodes { id } } }", json!({})).await;
    assert!(read["cadres"]["nodes"].as_array().is_some_and(|nodes| nodes.len() > 2), "{read}");
}
