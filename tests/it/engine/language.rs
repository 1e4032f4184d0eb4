//! Points of the language that an engine of one statement could get wrong: merged selections, fragments on an
//! interface, directives on every kind of selection.

use serde_json::{Value as Json, json};
use zugong_tests::World;

/// A field that is asked for several times is one field, with all that was selected below it.
#[tokio::test]
async fn repeated_fields_are_merged_at_every_depth() {
    let world = World::start().await;
    let query = "query($id: ID!, $n: Int = 2) { \
        unit(id: $id) { children(first: $n, orderBy: {field: NAME}) { nodes { name } } ...A } \
        unit(id: $id) { children(first: $n, orderBy: {field: NAME}) { nodes { parent { code } } totalCount } } ...Q } \
        fragment Q on Query { unit(id: $id) { children(first: $n, orderBy: {field: NAME}) { nodes { parent { id } } } } } \
        fragment A on Unit { ... on Node { id } children(first: $n, orderBy: {field: NAME}) { pageInfo { hasNextPage } ...C } } \
        fragment C on UnitConnection { pageInfo { hasPreviousPage } nodes { n: name } }";
    let reply = world.a.superior.gql(query, json!({ "id": world.a.id("root") })).await;
    assert!(reply.body.get("errors").is_none(), "{}", reply.text);
    let root = world.a.id("root");
    let code = &reply.body["data"]["unit"]["children"]["nodes"][0]["parent"]["code"];
    let node = |name: &str| json!({ "name": name, "n": name, "parent": { "code": code, "id": root } });
    let children = json!({
        "nodes": [node("establishment局A"), node("housing-fund局A")],
        "pageInfo": { "hasNextPage": true, "hasPreviousPage": false },
        "totalCount": 9,
    });
    let expected = json!({ "unit": { "children": children, "id": root } });
    // Letter for letter: keys stand where they were first asked for.
    assert_eq!(reply.body["data"].to_string(), expected.to_string());
    // The same response key with other arguments is a contradiction, wherever it hides.
    for wrong in [
        "{ units(first: 1) { totalCount } units(first: 2) { totalCount } }",
        "{ units(first: 1) { nodes { name: code } } ... { units(first: 1) { nodes { name } } } }",
        "{ units { nodes { children(first: 1) { totalCount } ... on Node { ... on Unit { children(last: 1) { totalCount } } } } } }",
    ] {
        let reply = world.a.superior.gql(wrong, json!({})).await;
        assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{wrong}: {}", reply.text);
    }
}

#[tokio::test]
async fn fragments_on_an_interface_hold_for_its_objects() {
    let world = World::start().await;
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ...N ... on Unit { ...N u: name } ... on Cadre { unit { ...N ... on Cadre { state } } } } } \
        fragment N on Node { __typename key: id ... on Unit { code } }";
    // A fragment that can never hold is refused before anything is read.
    let reply = world.a.superior.gql(query, json!({ "ids": [world.a.id("town")] })).await;
    assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{}", reply.text);
    let query = query.replace(" ... on Cadre { state }", "");
    let data = world.a.superior.ok(&query, json!({ "ids": [world.a.id("town"), world.a.id("cadre:stranger")] })).await;
    let (town, other) = (&data["nodes"][0], &data["nodes"][1]["unit"]);
    let expected = json!([
        { "__typename": "Unit", "key": world.a.id("town"), "code": town["code"], "u": "甲街道A" },
        {
            "__typename": "Cadre", "key": world.a.id("cadre:stranger"),
            "unit": { "__typename": "Unit", "key": world.a.id("other-town"), "code": other["code"] },
        },
    ]);
    assert_eq!(data["nodes"], expected);
    assert!(town["code"].is_string() && other["code"].is_string() && town["code"] != other["code"]);
}

#[tokio::test]
async fn skip_and_include_decide_together_on_every_kind_of_selection() {
    let world = World::start().await;
    let id = world.a.id("village");
    for (skip, include) in [(false, false), (false, true), (true, false), (true, true)] {
        let there = include && !skip;
        for (kind, selection) in [
            ("field", "name @skip(if: $s) @include(if: $i)"),
            ("inline fragment", "... @skip(if: $s) @include(if: $i) { name }"),
            ("typed inline fragment", "... on Unit @include(if: $i) @skip(if: $s) { name }"),
            ("spread", "...F @skip(if: $s) @include(if: $i)"),
            ("nested", "... @include(if: $i) { ...F @skip(if: $s) }"),
        ] {
            let fragment = if selection.contains("...F") { "fragment F on Unit { name }" } else { "" };
            let query =
                format!("query($s: Boolean!, $i: Boolean!) {{ unit(id: \"{id}\") {{ id {selection} }} }} {fragment}");
            let data = world.a.superior.ok(&query, json!({ "s": skip, "i": include })).await;
            assert_eq!(data["unit"].get("name").is_some(), there, "{kind} skip {skip} include {include}");
            // Written out the same.
            let literal = query.replace("query($s: Boolean!, $i: Boolean!) ", "").replace("$s", &skip.to_string());
            let data = world.a.superior.ok(&literal.replace("$i", &include.to_string()), json!({})).await;
            assert_eq!(data["unit"].get("name").is_some(), there, "{kind} {literal}");
        }
    }
    // A list's parts, edges and pages can be left out in the same way, down to the last.
    let query = "query($s: Boolean!) { units(first: 1) { totalCount @skip(if: $s) edges { cursor @skip(if: $s) node { ... @skip(if: $s) { name } id } } \
        pageInfo @skip(if: $s) { hasNextPage } } none: units @skip(if: $s) { totalCount } }";
    let data = world.a.superior.ok(query, json!({ "s": true })).await;
    assert_eq!(data, json!({ "units": { "edges": [{ "node": { "id": world.a.id("root") } }] } }));
    let data = world
        .a
        .superior
        .ok("{ __typename @skip(if: true) units(first: 1) { nodes { id @include(if: false) } } }", json!({}))
        .await;
    assert_eq!(data, json!({ "units": { "nodes": [{}] } }));
    let reply =
        world.a.superior.gql("query($s: Boolean) { units { totalCount @skip(if: $s) } }", json!({ "s": null })).await;
    assert_ne!(reply.body["errors"], Json::Null, "{}", reply.text);
}
