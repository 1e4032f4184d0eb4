//! Whatever the language lets one select: fragments, aliases, variables, directives, merged fields.

use serde_json::{Value as Json, json};
use zugong_tests::World;

#[tokio::test]
async fn fragments_aliases_and_merged_fields() {
    let world = World::start().await;
    let query = "query { \
        one: unit(id: \"UNIT\") { ...Names ...Above n: name ... on Unit { parent { code } } ... { parent { id } } } \
        two: unit(id: \"UNIT\") { ... on Node { id __typename } } } \
        fragment Names on Unit { name name children(first: 1) { totalCount } children(first: 1) { nodes { name } } } \
        fragment Above on Unit { parent { ...Parent } } fragment Parent on Unit { name parent { name } }";
    let query = query.replace("UNIT", world.a.id("town"));
    let data = world.a.superior.ok(&query, json!({})).await;
    let expected = json!({
        "one": {
            "name": "甲街道A",
            "children": { "totalCount": 1, "nodes": [{ "name": "甲街道第一社区A" }] },
            "parent": { "name": "区A", "parent": null, "code": data["one"]["parent"]["code"], "id": world.a.id("root") },
            "n": "甲街道A",
        },
        "two": { "id": world.a.id("town"), "__typename": "Unit" },
    });
    assert_eq!(data, expected);
    // The answer has the order of the selection.
    let text = world.a.superior.gql(&query, json!({})).await.text;
    let place = |key: &str| text.find(key).unwrap();
    assert!(
        place("\"one\"") < place("\"two\"")
            && place("\"children\"") < place("\"parent\"")
            && place("\"parent\"") < place("\"n\"")
    );
}

#[tokio::test]
async fn variables_defaults_and_directives() {
    let world = World::start().await;
    let query = "query($id: ID!, $n: Int = 2, $yes: Boolean! = true, $no: Boolean = false, $after: String, $name: String = \"甲街道\") { \
        unit(id: $id) { name @skip(if: $yes) code @include(if: $no) id @include(if: $yes) @skip(if: $no) ...C @include(if: $no) } \
        units(first: $n, after: $after, where: {name: {startsWith: $name}}) { nodes { name } ... @skip(if: $yes) { totalCount } } \
        none: units(where: {name: {eq: \"x\"}}) @include(if: $no) { totalCount } } \
        fragment C on Unit { children { totalCount } }";
    let id = world.a.id("town");
    let data = world.a.superior.ok(query, json!({ "id": id })).await;
    assert_eq!(
        data,
        json!({ "unit": { "id": id }, "units": { "nodes": [{ "name": "甲街道A" }, { "name": "甲街道第一社区A" }] } })
    );
    let data = world.a.superior.ok(query, json!({ "id": id, "n": 1, "yes": false, "no": true })).await;
    let unit = &data["unit"];
    assert!(unit["name"] == "甲街道A" && unit["code"].is_string() && unit["children"]["totalCount"] == 1);
    assert!(unit.get("id").is_none(), "skip and include both decide: {unit}");
    assert_eq!(data["units"], json!({ "nodes": [{ "name": "甲街道A" }], "totalCount": 2 }));
    assert_eq!(data["none"]["totalCount"], 0);
    let reply = world.a.superior.gql(query, json!({})).await;
    assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "a required variable is missing: {}", reply.text);
}

#[tokio::test]
async fn every_object_says_its_type() {
    let world = World::start().await;
    let query = "query($id: ID!) { __typename unit(id: $id) { __typename parent { __typename } children { __typename edges { __typename node { __typename } } \
        nodes { __typename } pageInfo { __typename } } } node(id: $id) { __typename } viewer { __typename user { __typename } } }";
    let data = world.a.superior.ok(query, json!({ "id": world.a.id("town") })).await;
    let of = |ty: &str| json!({ "__typename": ty });
    let children = json!({
        "__typename": "UnitConnection", "edges": [{ "__typename": "UnitEdge", "node": of("Unit") }],
        "nodes": [of("Unit")], "pageInfo": of("PageInfo"),
    });
    let unit = json!({ "__typename": "Unit", "parent": of("Unit"), "children": children });
    let viewer = json!({ "__typename": "Viewer", "user": of("User") });
    assert_eq!(data, json!({ "__typename": "Query", "unit": unit, "node": of("Unit"), "viewer": viewer }));
    // Below a list that nobody may see, types are told all the same.
    let query = "{ units(first: 1) { nodes { cadres { __typename totalCount nodes { id } pageInfo { __typename hasNextPage } } } } }";
    let data = world.a.system.ok(query, json!({})).await;
    let info = json!({ "__typename": "PageInfo", "hasNextPage": false });
    let empty = json!({ "__typename": "CadreConnection", "totalCount": 0, "nodes": [], "pageInfo": info });
    assert_eq!(data["units"]["nodes"][0]["cadres"], empty);
}

#[tokio::test]
async fn nodes_of_any_type_by_id() {
    let world = World::start().await;
    let a = &world.a;
    let query = "query($ids: [ID!]!, $one: ID!) { \
        nodes(ids: $ids) { __typename id ... on Unit { name } ... on Cadre { state person { name } } ... on Person { age } ...U } \
        node(id: $one) { ... on Cadre { person { name } } ... on Unit { name } } } fragment U on User { login kind }";
    let ids = [
        a.id("town"),
        "nonsense",
        a.id("cadre:applicant"),
        world.b.id("town"),
        a.id("person:stranger"),
        &a.junior.user,
        a.id("town"),
    ];
    let data = a.superior.ok(query, json!({ "ids": ids, "one": a.id("cadre:stranger") })).await;
    let nodes = data["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 7);
    assert_eq!(nodes[0], json!({ "__typename": "Unit", "id": a.id("town"), "name": "甲街道A" }));
    assert_eq!((&nodes[1], &nodes[3]), (&Json::Null, &Json::Null));
    assert_eq!(nodes[2]["person"]["name"], "applicantA");
    assert_eq!(nodes[4]["age"], 40);
    assert_eq!(nodes[5]["kind"], "HUMAN");
    assert_eq!(nodes[0], nodes[6]);
    assert_eq!(data["node"], json!({ "person": { "name": "strangerA" } }));
    // Out of reach is null in its place, without an error.
    let data = a.neighbour.ok(query, json!({ "ids": ids, "one": a.id("cadre:applicant") })).await;
    let seen: Vec<bool> = data["nodes"].as_array().unwrap().iter().map(|n| !n.is_null()).collect();
    assert_eq!(seen, [false, false, false, false, true, false, false]);
    assert!(data["node"].is_null());
    let many = vec![a.id("town"); 101];
    let reply = a.superior.gql(query, json!({ "ids": many, "one": "x" })).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.text);
}

#[tokio::test]
async fn computed_fields_are_computed_wherever_they_stand() {
    let world = World::start().await;
    let query = "query($id: ID!) { cadre(id: $id) { statutoryRetirementMonth delay: retirementDelayMonths latestRetirementMonth \
        person { age sexName ethnicityName idNumberMasked cadres { edges { node { earliestRetirementMonth } } } } } \
        nodes(ids: [$id]) { ... on Cadre { person { sexName } } } }";
    let data = world.a.superior.ok(query, json!({ "id": world.a.id("cadre:applicant") })).await;
    let cadre = &data["cadre"];
    assert_eq!((&cadre["statutoryRetirementMonth"], &cadre["delay"]), (&json!("2025-07"), &json!(2)));
    assert!(cadre["latestRetirementMonth"].is_null(), "{cadre}");
    let person = &cadre["person"];
    assert_eq!(
        (&person["age"], &person["sexName"], &person["ethnicityName"]),
        (&json!(60), &json!("男"), &json!("汉族"))
    );
    let masked = person["idNumberMasked"].as_str().unwrap();
    assert!(masked.contains('*') && !world.a.id("idNumber:applicant").contains(masked));
    assert!(person["cadres"]["edges"][0]["node"]["earliestRetirementMonth"].is_string());
    assert_eq!(data["nodes"][0]["person"]["sexName"], person["sexName"]);
    // With the clock, the age.
    world.server.clock.advance(chrono::TimeDelta::days(300));
    let data = world.a.service.ok(query, json!({ "id": world.a.id("cadre:applicant") })).await;
    assert_eq!(data["cadre"]["person"]["age"], 61);
}

#[tokio::test]
async fn only_a_privileged_key_sees_statements() {
    let world = World::start().await;
    let query = "{ units(first: 1) { nodes { name } } version }";
    let pure = "{ units(first: 1) { nodes { name } } a: units(first: 1) { totalCount } }";
    assert_eq!(world.a.service.gql(pure, json!({})).await.body["extensions"]["sql"]["count"], 2);
    for actor in [&world.a.superior, &world.a.system, &world.a.audit, &world.a.superior.anonymous()] {
        for query in [pure, query] {
            let reply = actor.gql(query, json!({})).await;
            assert!(reply.body.get("extensions").is_none(), "{}: {}", actor.name, reply.text);
        }
    }
}
