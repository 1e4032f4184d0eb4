//! The same key and body once and no more, for 72 hours; another body is refused.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Probe, Reply, World, client::codes};

use super::{plus, rows, unit, with};

const CREATE: &str =
    "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id name } userErrors { code } } }";

async fn create(actor: &Actor, input: &Json, key: Option<&str>) -> Reply {
    let headers: Vec<_> = key.iter().map(|key| ("idempotency-key", *key)).collect();
    actor.send(json!({ "query": CREATE, "variables": { "input": input } }), &headers).await
}

fn id(reply: &Reply) -> String {
    reply.body["data"]["unitCreate"]["unit"]["id"].as_str().unwrap_or_else(|| panic!("{}", reply.text)).to_string()
}

#[tokio::test]
async fn inv_4_the_same_key_and_body_change_nothing_more() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let actor = &world.a.superior;
    let first = create(actor, &unit(&world, 1), Some("in-the-header")).await;
    for _ in 0..3 {
        assert_eq!(create(actor, &unit(&world, 1), Some("in-the-header")).await.body, first.body);
    }
    assert_eq!(rows(&probe).await, plus(before, [1, 1, 1, 1]));
    let input = with(unit(&world, 2), json!({ "idempotencyKey": "in-the-input" }));
    let second = create(actor, &input, None).await;
    assert_eq!(id(&create(actor, &input, None).await), id(&second));
    // The input's key is the one that counts where both are given.
    assert_eq!(id(&create(actor, &input, Some("in-the-header")).await), id(&second));
    assert_eq!(rows(&probe).await, plus(before, [2, 2, 2, 2]));
    // What comes back is the object as it is now, not a copy of the first answer.
    let rename = json!({ "id": id(&first), "expectedVersion": 1, "name": "改了名" });
    actor.done("unitUpdate", rename, "unit { id }").await;
    let again = create(actor, &unit(&world, 1), Some("in-the-header")).await;
    assert_eq!((id(&again), &again.body["data"]["unitCreate"]["unit"]["name"]), (id(&first), &json!("改了名")));
}

#[tokio::test]
async fn a_key_is_for_one_body_and_one_command() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let actor = &world.a.superior;
    create(actor, &unit(&world, 1), Some("k")).await;
    let after = rows(&probe).await;
    for other in [
        unit(&world, 2),
        with(unit(&world, 1), json!({ "name": "另一名称" })),
        with(unit(&world, 1), json!({ "shortName": "简称" })),
    ] {
        let reply = create(actor, &other, Some("k")).await;
        assert_eq!(reply.code(), "IDEMPOTENCY_MISMATCH", "{}", reply.text);
        assert_eq!(reply.body["data"], json!({ "unitCreate": null }));
    }
    let query = "mutation($input: PartyOrganisationCreateInput!) { partyOrganisationCreate(input: $input) { userErrors { code } } }";
    let input = json!({ "name": "新支部", "kind": "BRANCH", "unit": world.a.id("town") });
    let reply =
        actor.send(json!({ "query": query, "variables": { "input": input } }), &[("idempotency-key", "k")]).await;
    assert_eq!(reply.code(), "IDEMPOTENCY_MISMATCH", "{}", reply.text);
    assert_eq!(rows(&probe).await, after);
}

#[tokio::test]
async fn a_key_belongs_to_one_user_of_one_tenant() {
    let world = World::start().await;
    let ours = create(&world.a.superior, &unit(&world, 1), Some("k")).await;
    let mut theirs = unit(&world, 1);
    theirs["parent"] = json!(world.b.id("root"));
    let other_tenant = create(&world.b.superior, &theirs, Some("k")).await;
    let other_user = create(&world.a.service, &unit(&world, 2), Some("k")).await;
    let ids: HashSet<String> = [&ours, &other_tenant, &other_user].map(id).into();
    assert_eq!(ids.len(), 3);
    let same = create(&world.a.service, &unit(&world, 1), Some("another")).await;
    assert_eq!(same.body["data"]["unitCreate"]["userErrors"][0]["code"], "ALREADY_EXISTS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn inv_4_twenty_at_once_are_one() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let input = unit(&world, 1);
    let replies = join_all((0..20).map(|_| create(&world.a.superior, &input, Some("k")))).await;
    let ids: HashSet<String> = replies.iter().map(id).collect();
    assert_eq!(ids.len(), 1, "all get the same object");
    assert_eq!(rows(&probe).await, plus(before, [1, 1, 1, 1]));
    // Over two replicas, and with different bodies: one wins, the others hear of it.
    let replica = world.server.replica().await;
    let there = world.a.superior.at(&replica.url);
    let inputs: Vec<Json> = (2..22).map(|n| unit(&world, n)).collect();
    let replies = join_all(
        inputs
            .iter()
            .enumerate()
            .map(|(i, input)| create(if i % 2 == 0 { &world.a.superior } else { &there }, input, Some("contested"))),
    )
    .await;
    let won = replies.iter().filter(|r| r.code() == "none").count();
    let lost = replies.iter().filter(|r| r.code() == "IDEMPOTENCY_MISMATCH").count();
    assert_eq!((won, lost), (1, 19), "{:?}", replies.iter().map(Reply::code).collect::<Vec<_>>());
    assert_eq!(rows(&probe).await, plus(before, [2, 2, 2, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_without_a_key_still_make_one_unit_of_a_code() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let input = unit(&world, 1);
    let replies = join_all((0..20).map(|_| create(&world.a.superior, &input, None))).await;
    let payloads: Vec<&Json> = replies.iter().map(|r| &r.body["data"]["unitCreate"]).collect();
    let made = payloads.iter().filter(|p| p["unit"]["id"].is_string()).count();
    let refused = payloads.iter().filter(|p| p["userErrors"].is_array() && codes(p) == ["ALREADY_EXISTS"]).count();
    assert_eq!((made, refused), (1, 19), "{:?}", replies.iter().map(|r| &r.text).collect::<Vec<_>>());
    assert_eq!(rows(&probe).await, plus(before, [1, 1, 1, 0]));
}

#[tokio::test]
async fn a_key_is_forgotten_after_72_hours() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let first = create(&world.a.superior, &unit(&world, 1), Some("k")).await;
    world.server.clock.advance(TimeDelta::hours(72));
    assert_eq!(create(&world.a.superior, &unit(&world, 1), Some("k")).await.body, first.body, "72 hours to the moment");
    world.server.clock.advance(TimeDelta::seconds(1));
    let other = create(&world.a.superior, &unit(&world, 2), Some("k")).await;
    assert_ne!(id(&other), id(&first));
    assert_eq!(rows(&probe).await, plus(before, [2, 2, 2, 1]), "the old key made room");
}

#[tokio::test]
async fn a_refused_command_leaves_its_key_free() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let actor = &world.a.superior;
    let wrong = with(unit(&world, 1), json!({ "name": "" }));
    for _ in 0..2 {
        let reply = create(actor, &wrong, Some("k")).await;
        assert_eq!(codes(&reply.body["data"]["unitCreate"]), ["INVALID_VALUE"]);
    }
    assert_eq!(rows(&probe).await, before);
    id(&create(actor, &unit(&world, 1), Some("k")).await);
    assert_eq!(rows(&probe).await, plus(before, [1, 1, 1, 1]));
    // Without the right nothing is kept either.
    assert_eq!(create(&world.a.leader, &unit(&world, 2), Some("k")).await.code(), "FORBIDDEN");
    assert_eq!(rows(&probe).await, plus(before, [1, 1, 1, 1]));
}

#[tokio::test]
async fn a_key_has_1_to_255_characters() {
    let world = World::start().await;
    for (number, length, code) in
        [(1, 1, "none"), (2, 255, "none"), (3, 256, "BAD_USER_INPUT"), (4, 5000, "BAD_USER_INPUT")]
    {
        let key = "k".repeat(length);
        let input = with(unit(&world, number), json!({ "idempotencyKey": key }));
        assert_eq!(create(&world.a.superior, &input, None).await.code(), code, "{length} in the input");
        let number = number + 10;
        assert_eq!(
            create(&world.a.superior, &unit(&world, number), Some(&format!("{}h", &key[1..]))).await.code(),
            code
        );
    }
    let input = with(unit(&world, 5), json!({ "idempotencyKey": "" }));
    assert_eq!(create(&world.a.superior, &input, None).await.code(), "BAD_USER_INPUT");
}
