//! Nobody writes over a change that they have not seen.

use futures::future::join_all;
use serde_json::{Value as Json, json};
use zugong_tests::{Probe, World, client::codes};

use super::{plus, rows};

#[tokio::test]
async fn a_stale_version_is_refused_with_its_field() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let town = world.a.id("town");
    let rename = |version: i32, name: &str| json!({ "id": town, "expectedVersion": version, "name": name });
    let actor = &world.a.superior;
    let done = actor.done("unitUpdate", rename(1, "甲镇"), "unit { name version }").await;
    assert_eq!(done["unit"], json!({ "name": "甲镇", "version": 2 }));
    let after = rows(&probe).await;
    for version in [1, 0, -1, 3, i32::MAX] {
        let payload = actor.mutate("unitUpdate", rename(version, "丙镇"), "unit { name }").await;
        assert_eq!((codes(&payload), &payload["unit"]), (vec!["VERSION_MISMATCH"], &json!(null)), "{version}");
        assert_eq!(payload["userErrors"][0]["field"], "input.expectedVersion");
    }
    assert_eq!(rows(&probe).await, after);
    let now = actor.ok("query($id: ID!) { unit(id: $id) { name version } }", json!({ "id": town })).await;
    assert_eq!(now["unit"], json!({ "name": "甲镇", "version": 2 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_updates_at_once_exactly_one_wins() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let replica = world.server.replica().await;
    let actors = [world.a.superior.clone(), world.a.superior.at(&replica.url)];
    for (number, many) in [2_usize, 2, 2, 20].into_iter().enumerate() {
        let before = rows(&probe).await;
        let inputs: Vec<Json> = (0..many)
            .map(|i| json!({ "id": world.a.id("town"), "expectedVersion": number + 1, "name": format!("第{number}次{i}号") }))
            .collect();
        let payloads = join_all(
            inputs
                .iter()
                .enumerate()
                .map(|(i, input)| actors[i % 2].mutate("unitUpdate", input.clone(), "unit { name version }")),
        )
        .await;
        let won: Vec<&Json> = payloads.iter().filter(|p| codes(p).is_empty()).collect();
        assert_eq!(won.len(), 1, "{payloads:?}");
        assert!(payloads.iter().all(|p| codes(p).is_empty() || codes(p) == ["VERSION_MISMATCH"]), "{payloads:?}");
        let query = "query($id: ID!) { unit(id: $id) { name version } }";
        let now = world.a.superior.ok(query, json!({ "id": world.a.id("town") })).await;
        assert_eq!(now["unit"], won[0]["unit"]);
        assert_eq!(now["unit"]["version"], number + 2);
        assert_eq!(rows(&probe).await, plus(before, [0, 1, 1, 0]));
    }
}
