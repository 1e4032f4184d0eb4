//! Hostile calls through the API, one after the other for a long time: each ends in its code, and the process is no larger
//! than before.
//!
//! `ZUGONG_TEST_HOSTILE` says how many calls there are.

use host::{Hook, guests::Guest};
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Tenant, plant::Site};

use super::code::{install, with_code};

/// What may come to the process that does not go again: pages that the allocators keep.
const MORE_MIB: u64 = 48;

/// Does what the first number of its input says.
const ACTS: &str = r#"
    (table $t 1 funcref)
    (func $deep (param i64) (call $deep (local.get 0)) (call $deep (local.get 0)))
    (func $answers (param $at i32) (param $count i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (local.get $at))
      (i32.store (i32.const 24) (local.get $count))
      (i32.const 16))
    (func (export "run") (param $in i32) (result i32)
      (local $act i32) (local $at i32) (local $end i32)
      (local.set $act (i32.sub (i32.load8_u offset=7 (i32.load offset=64 (local.get $in))) (i32.const 48)))
      (if (i32.eq (local.get $act) (i32.const 1)) (then unreachable))
      (if (i32.eq (local.get $act) (i32.const 2)) (then (loop $l (drop (memory.grow (i32.const 16))) (br $l))))
      (if (i32.eq (local.get $act) (i32.const 3)) (then (loop $l (br $l))))
      (if (i32.eq (local.get $act) (i32.const 4)) (then (return (call $answers (i32.const 64) (i32.const 10000000)))))
      (if (i32.eq (local.get $act) (i32.const 5)) (then (return (call $answers (i32.const -65536) (i32.const 4096)))))
      (if (i32.eq (local.get $act) (i32.const 6)) (then (call $deep (i64.const 1))))
      (if (i32.eq (local.get $act) (i32.const 7))
        (then (loop $l (drop (table.grow $t (ref.null func) (i32.const 4000))) (br $l))))
      ;; As much memory as it likes, every page of it written to, and an answer.
      (local.set $at (i32.mul (memory.size) (i32.const 65536)))
      (if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then unreachable))
      (local.set $end (i32.mul (memory.size) (i32.const 65536)))
      (loop $touch
        (i32.store8 (local.get $at) (i32.const 1))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (br_if $touch (i32.lt_u (local.get $at) (local.get $end))))
      (call $answers (i32.const 64) (i32.const 0)))
"#;

/// What each act ends in; the first one is answered.
const ENDS: [&str; 8] = [
    "none",
    "PLUGIN_TRAP",
    "PLUGIN_MEMORY",
    "PLUGIN_TIMEOUT",
    "PLUGIN_OUTPUT",
    "PLUGIN_OUTPUT",
    "PLUGIN_TRAP",
    "PLUGIN_MEMORY",
];

/// Calls, of which every seventh fails: no plug-in rests for that, so that all of them are carried out.
async fn calls(actor: &Actor, plugin: &Json, from: usize, count: usize) {
    let query = "query($plugin: ID!, $input: JSON!) { pluginScore(plugin: $plugin, scheme: \"annual\", input: $input) { item } }";
    let mut slow = 0;
    for n in from..from + count {
        let act = if n % 7 == 6 { 1 + n / 7 % 7 } else { 0 };
        let reply = actor.gql(query, json!({ "plugin": plugin, "input": { "act": act } })).await;
        if act == 0 && reply.code() == "PLUGIN_TIMEOUT" {
            // A virtual machine that lends its processor to another charges that time to the call.
            slow += 1;
            continue;
        }
        assert_eq!(reply.code(), ENDS[act], "call {n}, act {act}: {}", reply.text);
        assert_eq!(reply.body["data"]["pluginScore"] == json!([]), act == 0, "{}", reply.text);
    }
    assert!(slow <= 1 + count / 100, "{slow} of {count} innocent calls took too long");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_is_no_larger_after_many_hostile_calls() {
    let count: usize = std::env::var("ZUGONG_TEST_HOSTILE").map_or(280, |n| n.parse().unwrap());
    let site = Site::start(1).await;
    let other = Tenant::new(&site.server, 'B').await;
    let bytes = Guest::of(Hook::Score, ACTS).bytes().unwrap();
    let files = with_code("\"score\"", &bytes);
    let mut attackers = vec![];
    for tenant in [&site.tenant, &other] {
        let plugin = install(tenant, &files, &bytes).await["id"].clone();
        attackers.push((site.at(&tenant.superior, 0), plugin));
    }
    let both = async |from: usize, count: usize| {
        let [(one, first), (two, second)] = attackers.as_slice() else { unreachable!() };
        tokio::join!(calls(one, first, from, count / 2), calls(two, second, from, count / 2));
    };
    // One of everything, so that what is made once is there.
    both(0, 140).await;
    let before = site.programs[0].resident();
    both(70, count).await;
    let after = site.programs[0].resident();
    println!("{count} hostile calls: {before} MiB before, {after} MiB after");
    assert!(after < before + MORE_MIB, "{before} MiB before, {after} MiB after {count} hostile calls");
    let query = "{ cadres { nodes { id person { name } } } }";
    let read = attackers[1].0.ok(query, json!({})).await;
    assert!(read["cadres"]["nodes"].as_array().is_some_and(|nodes| nodes.len() > 2), "{read}");
    site.end().await;
}
