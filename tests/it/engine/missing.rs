//! A value that must be there and is not: null goes up to the nearest place that may be null, with one error at the
//! value's own path, as the specification of October 2021 has it (6.4.4).

use entities::{matter, rule_set};
use sea_orm::{Set, sea_query::Expr};
use serde_json::{Value as Json, json};
use zugong::kernel::{id::publish, session::Reason};
use zugong_tests::World;

/// Two rule sets, the second of which has JSON's null where there must be a value.
async fn rule_sets(world: &World) -> [String; 2] {
    let tx = world.server.platform.system(Reason::Provision).begin(Some(world.a.id)).await.unwrap();
    let mut ids = vec![];
    for (key, body) in [("good", json!({ "limit": 1 })), ("void", Json::Null)] {
        let row = rule_set::ActiveModel {
            tenant_id: Set(world.a.id),
            id: Set(tx.new_id()),
            key: Set(key.into()),
            number: Set(1),
            effective_from: Set(world.server.clock.today()),
            body: Set(body),
            published_by: Set(None),
            created_at: Set(tx.now()),
        };
        ids.push(publish("rul", tx.insert(row).await.unwrap().id));
    }
    tx.commit().await.unwrap();
    ids.try_into().unwrap()
}

#[tokio::test]
async fn null_goes_up_to_the_nearest_place_that_may_be_null() {
    let world = World::start().await;
    let [good, void] = rule_sets(&world).await;
    let here = "where: {key: {in: [\"good\", \"void\"]}}, orderBy: [{field: KEY}]";
    let body = json!({ "limit": 1 });
    for (query, data, path) in [
        (format!("{{ r: ruleSet(id: \"{void}\") {{ key b: body }} }}"), json!({ "r": null }), json!(["r", "b"])),
        (
            format!("{{ nodes(ids: [\"{good}\", \"{void}\"]) {{ ... on RuleSet {{ body }} }} }}"),
            json!({ "nodes": [{ "body": body }, null] }),
            json!(["nodes", 1, "body"]),
        ),
        (
            format!("{{ ruleSets({here}) {{ totalCount nodes {{ key body }} }} units(first: 1) {{ totalCount }} }}"),
            json!({ "ruleSets": null, "units": { "totalCount": 11 } }),
            json!(["ruleSets", "nodes", 1, "body"]),
        ),
        (
            format!("{{ ruleSets({here}) {{ edges {{ node {{ body }} cursor }} }} }}"),
            json!({ "ruleSets": null }),
            json!(["ruleSets", "edges", 1, "node", "body"]),
        ),
        (
            format!("{{ node(id: \"{void}\") {{ id ... on RuleSet {{ body }} }} version }}"),
            json!({ "node": null, "version": env!("CARGO_PKG_VERSION") }),
            json!(["node", "body"]),
        ),
    ] {
        let reply = world.a.superior.gql(&query, json!({})).await;
        assert_eq!(reply.body["data"], data, "{query}");
        let errors = reply.body["errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[0]["path"]), (1, &path), "{query}");
        assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR");
    }
    // What is not asked for is not missed.
    world.a.superior.ok(&format!("{{ ruleSets({here}) {{ nodes {{ key }} }} }}"), json!({})).await;
}

#[tokio::test]
async fn a_relation_that_may_be_null_stops_it() {
    let world = World::start().await;
    world.a.open_case("applicant", "2025-07").await;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(world.a.id)).await.unwrap();
    let change = tx.change::<matter::Entity>().set(matter::Column::FormSchema, Expr::value(Json::Null));
    assert!(change.run().await.unwrap() > 0);
    tx.commit().await.unwrap();
    let reply = world.a.superior.gql("{ cases { nodes { kind matter { key formSchema } } } }", json!({})).await;
    assert_eq!(reply.body["data"]["cases"]["nodes"], json!([{ "kind": "ORDINARY", "matter": null }]), "{}", reply.text);
    assert_eq!(reply.body["errors"][0]["path"], json!(["cases", "nodes", 0, "matter", "formSchema"]));
}

/// Errors stand in the order of the answer, root field by root field.
#[tokio::test]
async fn errors_have_the_order_of_the_answer() {
    let world = World::start().await;
    let [_, void] = rule_sets(&world).await;
    let query = format!(
        "{{ b: persons(first: 1) {{ nodes {{ phone idNumber }} edges {{ node {{ idNumber }} }} }} ruleSet(id: \"{void}\") {{ body }} \
           a: person(id: \"{}\") {{ ... {{ cadres {{ nodes {{ underInvestigation }} }} }} phone }} }}",
        world.a.id("person:colleague")
    );
    let expected = [
        json!(["b", "nodes", 0, "phone"]),
        json!(["b", "nodes", 0, "idNumber"]),
        json!(["b", "edges", 0, "node", "idNumber"]),
        json!(["ruleSet", "body"]),
        json!(["a", "cadres", "nodes", 0, "underInvestigation"]),
        json!(["a", "phone"]),
    ];
    for _ in 0..5 {
        let reply = world.a.junior.gql(&query, json!({})).await;
        let errors = reply.body["errors"].as_array().unwrap().iter();
        let paths: Vec<Json> = errors.map(|e| e["path"].clone()).collect();
        assert_eq!(paths, expected, "{}", reply.text);
    }
}
