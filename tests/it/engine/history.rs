//! `asOf`: the rows that held on a day, for types that keep them.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

async fn titles(actor: &Actor, list: &str, field: &str, day: Json) -> Vec<Json> {
    let query = format!("query($day: Date) {{ {list}(first: 100, asOf: $day) {{ totalCount nodes {{ {field} }} }} }}");
    let page = actor.ok(&query, json!({ "day": day })).await[list].clone();
    let nodes = page["nodes"].as_array().unwrap();
    assert_eq!(page["totalCount"], nodes.len());
    nodes.iter().map(|n| n[field].clone()).collect()
}

#[tokio::test]
async fn units_of_a_day_are_those_between_their_first_and_last_day() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let close = json!({ "id": world.a.id("agency:medical"), "expectedVersion": 1, "validUntil": "2025-10-31" });
    actor.done("unitClose", close, "unit { id }").await;
    for (day, count, there) in [
        (json!("2000-12-31"), 0, false),
        (json!("2001-01-01"), 11, true),
        (json!("2025-10-31"), 11, true),
        (json!("2025-11-01"), 10, false),
        (json!("2099-01-01"), 10, false),
        (Json::Null, 11, true),
    ] {
        let names = titles(actor, "units", "name", day.clone()).await;
        assert_eq!((names.len(), names.contains(&json!("medical局A"))), (count, there), "{day}");
    }
    // Lists below take their own day, and so do figures.
    let query = "{ units(first: 1) { nodes { now: children(asOf: \"2025-11-01\") { totalCount } all: children { totalCount } } } \
        unitAggregate(asOf: \"2025-11-01\") { groups { count } } }";
    let data = actor.ok(query, json!({})).await;
    let unit = &data["units"]["nodes"][0];
    assert_eq!((&unit["now"]["totalCount"], &unit["all"]["totalCount"]), (&json!(8), &json!(9)));
    assert_eq!(data["unitAggregate"]["groups"], json!([{ "count": 10 }]));
}

#[tokio::test]
async fn posts_of_a_day() {
    let world = World::start().await;
    let count = async |day: &str| titles(&world.a.superior, "appointments", "title", json!(day)).await.len();
    assert_eq!((count("2015-02-28").await, count("2015-03-01").await, count("2025-09-22").await), (0, 3, 3));
    let query = "query($id: ID!, $day: Date) { cadre(id: $id) { appointments(asOf: $day) { totalCount } } }";
    for (day, posts) in [("2015-02-28", 0), ("2015-03-01", 1)] {
        let data = world.a.superior.ok(query, json!({ "id": world.a.id("cadre:applicant"), "day": day })).await;
        assert_eq!(data["cadre"]["appointments"]["totalCount"], posts);
    }
}

#[tokio::test]
async fn a_role_is_held_until_the_day_it_is_taken_back() {
    let world = World::start().await;
    let query = "query($id: ID!) { user(id: $id) { assignments { nodes { id } } } }";
    let data = world.a.superior.ok(query, json!({ "id": world.a.neighbour.user })).await;
    let id = &data["user"]["assignments"]["nodes"][0]["id"];
    // In Shanghai this is the 23rd already.
    world.server.clock.advance(chrono::TimeDelta::hours(16));
    world.a.superior.done("assignmentRevoke", json!({ "id": id }), "roleAssignment { id }").await;
    for (day, held) in [("2025-09-21", 0), ("2025-09-22", 1), ("2025-09-23", 0)] {
        let query = "query($id: ID!, $day: Date) { user(id: $id) { assignments(asOf: $day) { totalCount } } }";
        let data = world.a.superior.ok(query, json!({ "id": world.a.neighbour.user, "day": day })).await;
        assert_eq!(data["user"]["assignments"]["totalCount"], held, "{day}");
    }
}

#[tokio::test]
async fn of_a_rule_set_the_version_in_force() {
    let world = World::start().await;
    for (from, limit) in [("2025-10-01", 1), ("2026-01-01", 2), ("2026-01-01", 3)] {
        let input = json!({ "key": "furnished", "effectiveFrom": from, "body": { "limit": limit } });
        world.a.superior.done("ruleSetPublish", input, "ruleSet { id }").await;
    }
    for (day, versions) in [("2025-09-30", json!([])), ("2025-12-31", json!([1])), ("2026-01-01", json!([3]))] {
        let query =
            "query($day: Date) { ruleSets(asOf: $day, where: {key: {eq: \"furnished\"}}) { nodes { number } } }";
        let data = world.a.superior.ok(query, json!({ "day": day })).await;
        let numbers: Json = data["ruleSets"]["nodes"].as_array().unwrap().iter().map(|n| n["number"].clone()).collect();
        assert_eq!(numbers, versions, "{day}");
    }
}

#[tokio::test]
async fn what_keeps_no_history_takes_no_day() {
    let world = World::start().await;
    for list in ["cadres", "persons", "cases", "users"] {
        let query = format!("{{ {list}(asOf: \"2025-01-01\") {{ totalCount }} }}");
        let reply = world.a.superior.gql(&query, json!({})).await;
        assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{list}: {}", reply.text);
    }
    let reply = world.a.superior.gql("{ units(asOf: \"2025-1-1\") { totalCount } }", json!({})).await;
    assert_eq!((reply.code(), &reply.body["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("asOf")));
}
