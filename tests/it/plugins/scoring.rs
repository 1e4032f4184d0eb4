//! Points of a component: a function of their input when it is asked about one, and one piece of work for many.

use host::{
    Hook,
    guests::{FLOATS, NOTHING},
};
use serde_json::{Value as Json, json};
use zugong_tests::{Reply, World};

use super::{
    change,
    code::{guest, health, install, with_code},
};

pub const ONE: &str =
    "query($plugin: ID!, $input: JSON!) { pluginScore(plugin: $plugin, scheme: \"annual\", input: $input)
    { item points max reason evidence } }";

pub const MANY: &str = "query($plugin: ID!, $inputs: [JSON!]!) {
    pluginScoreMany(plugin: $plugin, scheme: \"annual\", inputs: $inputs) { item points max reason evidence } }";

/// Does what the figure in `{"act":0}` says: it fails, or does not end. What is left gives as many points as it was asked
/// before, by a count of its own.
const ACTS: &str = r#"
    (global $calls (mut i64) (i64.const 0))
    (func (export "run") (param $in i32) (result i32)
      (local $act i32)
      (local.set $act (i32.sub (i32.load8_u offset=7 (i32.load offset=64 (local.get $in))) (i32.const 48)))
      (if (i32.eq (local.get $act) (i32.const 1)) (then unreachable))
      (if (i32.eq (local.get $act) (i32.const 2)) (then (loop $l (br $l))))
      (memory.fill (i32.const 64) (i32.const 0) (i32.const 64))
      (i64.store (i32.const 72) (global.get $calls))
      (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

fn acts(acts: &[u32]) -> Vec<Json> {
    acts.iter().map(|act| json!({ "act": act })).collect()
}

/// The points of the first item for each input; null where there are none.
fn points(reply: &Reply) -> Json {
    let all = reply.body["data"]["pluginScoreMany"].as_array().unwrap().iter();
    all.map(|lines| lines[0]["points"].clone()).collect()
}

/// Codes and places of errors.
fn errors(reply: &Reply) -> Vec<(String, Json)> {
    let of = |error: &Json| (error["extensions"]["code"].as_str().unwrap().to_string(), error["path"].clone());
    reply.body["errors"].as_array().into_iter().flatten().map(of).collect()
}

#[tokio::test]
async fn a_component_that_remembers_gives_the_same_points_each_time() {
    let world = World::start().await;
    let bytes = guest(Hook::Score, ACTS);
    let plugin = install(&world.a, &with_code("\"score\"", &bytes), &bytes).await["id"].clone();
    for _ in 0..5 {
        let data = world.a.superior.ok(ONE, json!({ "plugin": plugin, "input": { "act": 0 } })).await;
        assert_eq!(data["pluginScore"][0]["points"], 0, "{data}");
    }
}

#[tokio::test]
async fn of_many_inputs_one_that_fails_is_null_with_its_place_and_the_others_stand() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Score, ACTS);
    let plugin = install(tenant, &with_code("\"score\"", &bytes), &bytes).await["id"].clone();
    let ask =
        async |inputs: &[u32]| tenant.superior.gql(MANY, json!({ "plugin": plugin, "inputs": acts(inputs) })).await;
    let reply = ask(&[0, 0, 1, 0, 0, 2, 0, 0, 0]).await;
    assert_eq!(points(&reply), json!([0, 1, null, 0, 1, null, 0, 1, 2]), "{}", reply.text);
    let places = [("PLUGIN_TRAP", 2), ("PLUGIN_TIMEOUT", 5)];
    let places = places.map(|(code, place)| (code.to_string(), json!(["pluginScoreMany", place])));
    assert_eq!(errors(&reply), places, "{}", reply.text);
    let line = health(tenant).await[0].clone();
    assert_eq!((&line["calls"], &line["hook"], &line["breaker"]), (&json!(1), &json!("score"), &json!("CLOSED")));

    // Nothing is left of it for the next one; a thousand are one piece of work, too.
    let reply = ask(&[0; 1_000]).await;
    let expected: Json = (0..1_000).map(|n| json!(n % 256)).collect();
    assert_eq!((points(&reply), reply.code()), (expected, "none"));
    assert_eq!(health(tenant).await[0]["calls"], 2);
    // An answer tells of ten errors at most.
    let reply = ask(&[1; 12]).await;
    assert_eq!((points(&reply), errors(&reply).len()), (json!(vec![Json::Null; 12]), 10), "{}", reply.text);
}

#[tokio::test]
async fn many_inputs_have_the_points_that_each_has_alone() {
    let world = World::start().await;
    let superior = &world.a.superior;
    let bytes = guest(Hook::Score, FLOATS);
    let plugin = install(&world.a, &with_code("\"score\"", &bytes), &bytes).await["id"].clone();
    let inputs: Vec<Json> =
        (0..40).map(|n| json!({ "ratio": f64::from(n) / 7.0, "备注": "长".repeat(n as usize) })).collect();
    let together = superior.ok(MANY, json!({ "plugin": plugin, "inputs": inputs })).await["pluginScoreMany"].clone();
    for (input, lines) in inputs.iter().zip(together.as_array().unwrap()) {
        let alone = superior.ok(ONE, json!({ "plugin": plugin, "input": input })).await;
        assert_eq!(&alone["pluginScore"], lines, "{input}");
    }
}

#[tokio::test]
async fn points_for_many_are_for_those_who_may_ask_for_one_and_within_bounds() {
    let world = World::start().await;
    let (tenant, other) = (&world.a, &world.b);
    let bytes = guest(Hook::Score, NOTHING);
    let installed = install(tenant, &with_code("\"score\"", &bytes), &bytes).await;
    let variables = |count: usize| json!({ "plugin": installed["id"], "inputs": vec![json!({}); count] });
    assert_eq!(other.superior.gql(MANY, variables(1)).await.code(), "NOT_FOUND");
    assert_eq!(tenant.applicant.gql(MANY, variables(1)).await.code(), "FORBIDDEN");
    assert_eq!(tenant.superior.anonymous().gql(MANY, variables(1)).await.code(), "UNAUTHENTICATED");
    for count in [0, 1_001] {
        let reply = tenant.superior.gql(MANY, variables(count)).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], "inputs", "{}", reply.text);
    }
    assert_eq!(health(tenant).await, json!([]), "nobody was asked");
    let data = tenant.superior.ok(MANY, variables(3)).await;
    assert_eq!(data["pluginScoreMany"], json!([[], [], []]));
    change(tenant, "pluginDisable", &installed).await;
    assert_eq!(tenant.superior.gql(MANY, variables(1)).await.code(), "NOT_FOUND");
}
