//! Replicas of one installation give the same answers, byte for byte.

use host::{Hook, guests::FLOATS};
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, plant::Site};

use super::code::{guest, input, install, with_code};

const SCORE: &str =
    "query($plugin: ID!, $input: JSON!) { pluginScore(plugin: $plugin, scheme: \"annual\", input: $input)
    { item points max reason evidence } }";

/// Inputs whose texts differ in length, script, nesting and spelling of numbers.
fn inputs() -> Vec<Json> {
    vec![
        json!({}),
        json!({ "ratio": 0.1 }),
        json!({ "ratio": 1e21, "other": -0.0, "third": 0.30000000000000004 }),
        json!({ "姓名": "王明", "标记": "🙂\n\"", "列表": [1, 2.5, null, true, [[]], {}] }),
        json!({ "b": 1, "a": { "d": 2, "c": 3 } }),
        json!({ "long": "工作需要".repeat(3_000) }),
        json!((0..2_000).map(|n| f64::from(n) / 7.0).collect::<Vec<_>>()),
    ]
}

/// What a replica answers, as the bytes that it sent.
async fn points(actor: &Actor, plugin: &Json, input: &Json) -> String {
    let reply = actor.gql(SCORE, json!({ "plugin": plugin, "input": input })).await;
    assert!(reply.body["data"]["pluginScore"].as_array().is_some_and(|lines| lines.len() == 2), "{}", reply.text);
    reply.text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_points_from_two_processes_are_equal_byte_for_byte() {
    let mut site = Site::start(2).await;
    let bytes = guest(Hook::Score, FLOATS);
    let plugin = install(&site.tenant, &with_code("\"score\"", &bytes), &bytes).await["id"].clone();
    let [one, other] = [0, 1].map(|process| site.at(&site.tenant.superior, process));
    let inputs = inputs();
    let mut first = vec![];
    for input in &inputs {
        first.push(points(&one, &plugin, input).await);
    }
    // The other way round, and more often: what a component was asked before has no part in its answer.
    for (input, expected) in inputs.iter().zip(&first).rev() {
        for _ in 0..3 {
            assert_eq!(&points(&other, &plugin, input).await, expected, "{input}");
        }
    }
    let mut distinct = first.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), inputs.len(), "points that do not depend on the input prove nothing");
    // A process that compiles the component anew, too.
    site.programs[0].kill();
    site.programs[0].begin();
    site.programs[0].ready(&site.http).await;
    for (input, expected) in inputs.iter().zip(&first) {
        assert_eq!(&points(&one, &plugin, input).await, expected, "{input}");
    }
    site.end().await;
}

/// A replica that is not told of the change has asked the version before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_with_the_same_component_and_less_room_answers_as_the_one_before() {
    let site = Site::start(2).await;
    let bytes = guest(Hook::Score, FLOATS);
    let first = with_code("\"score\"", &bytes);
    let later = first.clone().manifest("version = \"1.0.0\"", "version = \"1.1.0\"");
    let later = later.manifest("hooks = [\"score\"]", "hooks = [\"score\"]\nlimits = { memory_mib = 8 }");
    let plugin = install(&site.tenant, &first, &bytes).await["id"].clone();
    let [one, other] = [0, 1].map(|process| site.at(&site.tenant.superior, process));
    let expected = points(&one, &plugin, &json!({})).await;
    let upgraded = other.done("pluginUpgrade", input(&later, &bytes), "plugin { id version release }").await;
    assert_eq!(upgraded["plugin"]["release"], "1.1.0");
    for actor in [&one, &other, &one] {
        assert_eq!(points(actor, &plugin, &json!({})).await, expected);
    }
    let back = json!({ "id": plugin, "expectedVersion": upgraded["plugin"]["version"] });
    other.done("pluginRollback", back, "plugin { id }").await;
    for actor in [&one, &other, &one] {
        assert_eq!(points(actor, &plugin, &json!({})).await, expected);
    }
    site.end().await;
}
