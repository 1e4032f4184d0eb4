//! Invariant 4: row, event, audit and outcome are committed together or not at all.

use serde_json::json;
use zugong_tests::{Probe, World};

use super::{plus, rows, unit, with};

const CREATE: &str =
    "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id version } userErrors { code } } }";

#[tokio::test]
async fn inv_4_a_command_leaves_all_its_rows_or_none() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let input = json!({ "input": with(unit(&world, 1), json!({ "idempotencyKey": "k" })) });
    let before = rows(&probe).await;
    // The database refuses the row itself, then each of the rows that go with it, at each step.
    for (table, event) in [
        ("unit", "insert"),
        ("outbox", "insert"),
        ("audit", "insert"),
        ("idempotency", "insert"),
        ("idempotency", "update"),
    ] {
        probe.break_table(table, event).await;
        let reply = world.a.superior.gql(CREATE, input.clone()).await;
        // Another tenant is not touched by this one's trouble.
        let mut theirs = unit(&world, 2);
        theirs["parent"] = json!(world.b.id("root"));
        let other = world.b.superior.mutate("unitCreate", theirs, "unit { id }").await;
        probe.mend_table(table).await;
        assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR", "{event} of {table}: {}", reply.text);
        assert_eq!(reply.body["data"], json!({ "unitCreate": null }), "{event} of {table}");
        assert_eq!(rows(&probe).await, before, "{event} of {table} left something behind");
        let known = other["userErrors"][0]["code"].as_str();
        assert!(other["unit"]["id"].is_string() || known == Some("ALREADY_EXISTS"), "{other}");
    }
    let reply = world.a.superior.gql(CREATE, input.clone()).await;
    assert_eq!(reply.body["data"]["unitCreate"]["unit"]["version"], 1, "{}", reply.text);
    assert_eq!(rows(&probe).await, plus(before, [1, 1, 1, 1]));
}

#[tokio::test]
async fn inv_4_an_update_without_its_audit_is_undone() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let input = json!({ "id": world.a.id("town"), "expectedVersion": 1, "name": "改名街道" });
    let query = "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { name version } } }";
    for table in ["outbox", "audit"] {
        probe.break_table(table, "insert").await;
        let reply = world.a.superior.gql(query, json!({ "input": input })).await;
        probe.mend_table(table).await;
        assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR", "{}", reply.text);
    }
    assert_eq!(rows(&probe).await, before);
    let read = "query($id: ID!) { unit(id: $id) { name version } }";
    let now = world.a.superior.ok(read, json!({ "id": world.a.id("town") })).await;
    assert_eq!(now["unit"], json!({ "name": "甲街道A", "version": 1 }));
    let done = world.a.superior.done("unitUpdate", input, "unit { name version }").await;
    assert_eq!(done["unit"], json!({ "name": "改名街道", "version": 2 }));
    assert_eq!(rows(&probe).await, plus(before, [0, 1, 1, 0]));
}

#[tokio::test]
async fn inv_4_the_audit_tells_who_did_what_to_what_and_by_which_request() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let body = json!({ "query": CREATE, "variables": { "input": unit(&world, 1) } });
    let reply = world.a.superior.send(body, &[("x-request-id", "audit-1")]).await;
    let id = reply.body["data"]["unitCreate"]["unit"]["id"].as_str().unwrap();
    let uuid = |text: &str| sea_orm::Value::from(zugong::kernel::id::parse(text).unwrap().1);
    let written = "action = 'unitCreate' and object_type = 'Unit' and object_id = $2 and actor_id = $3 \
        and request_id = 'audit-1' and session_id is not null and remote = '127.0.0.1' and length(digest) = 64";
    assert_eq!(probe.count_where("audit", written, vec![uuid(id), uuid(&world.a.superior.user)]).await, 1);
    let told = "topic = 'unit.created' and object_type = 'Unit' and object_id = $2 and object_version = 1";
    assert_eq!(probe.count_where("outbox", told, vec![uuid(id)]).await, 1);
}

/// Several mutations of one request are several commands: one that fails leaves the others alone.
#[tokio::test]
async fn commands_of_one_request_run_one_after_another() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let query = "mutation($one: UnitCreateInput!, $same: UnitCreateInput!, $two: UnitCreateInput!) { \
        one: unitCreate(input: $one) { unit { id } userErrors { code } } \
        same: unitCreate(input: $same) { unit { id } userErrors { code } } \
        two: unitCreate(input: $two) { unit { id } userErrors { code } } }";
    let variables = json!({ "one": unit(&world, 1), "same": unit(&world, 1), "two": unit(&world, 2) });
    let data = world.a.superior.ok(query, variables).await;
    assert!(data["one"]["unit"]["id"].is_string() && data["two"]["unit"]["id"].is_string(), "{data}");
    assert_eq!(
        (&data["same"]["unit"], &data["same"]["userErrors"][0]["code"]),
        (&json!(null), &json!("ALREADY_EXISTS"))
    );
    assert_eq!(rows(&probe).await, plus(before, [2, 2, 2, 0]));
}
