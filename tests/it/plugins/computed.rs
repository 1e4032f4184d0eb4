//! Fields whose values a component works out: one call for a page, and a field that fails leaves the page alone.

use host::{Hook, guests::ECHO};
use serde_json::{Value as Json, json};
use zugong_tests::{Tenant, World};

use super::{
    Files, change,
    code::{TRAPS, guest, health, install, with_code},
};

const COMPUTED: &str = "[[computed]]\ntarget = \"Cadre\"\nkey = \"digit\"\ntitle = \"尾数\"\ntype = \"integer\"\n\
                        needs = [\"rank\", \"archiveBirth\"]\n\n[[rule]]";

/// Gives each object the last digit of its month of birth, with which what it was given of it ends.
const DIGITS: &str = r#"
    (func (export "run") (param $in i32) (result i32)
      (local $n i32) (local $i i32) (local $from i32) (local $to i32)
      (local.set $n (i32.load offset=68 (local.get $in)))
      (local.set $from (i32.load offset=64 (local.get $in)))
      (local.set $to (i32.const 2000))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store (local.get $to)
          (i32.sub (i32.add (i32.load (local.get $from)) (i32.load offset=4 (local.get $from))) (i32.const 3)))
        (i32.store offset=4 (local.get $to) (i32.const 1))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 2000))
      (i32.store (i32.const 24) (local.get $n))
      (i32.const 16))
"#;

fn files(bytes: &[u8]) -> Files {
    with_code("\"resolve\"", bytes).manifest("[[rule]]", COMPUTED)
}

async fn calls(tenant: &Tenant) -> Json {
    health(tenant).await[0]["calls"].clone()
}

#[tokio::test]
async fn a_page_is_one_call_and_every_row_gets_its_own_value() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Resolve, DIGITS);
    install(tenant, &files(&bytes), &bytes).await;
    let query = "{ cadres(first: 100) { nodes { archiveBirth rank last: bwly_digit unit { cadres { nodes { bwly_digit } } } } } }";
    let page = tenant.superior.ok("{ cadres(first: 100) { nodes { rank archiveBirth bwly_digit } } }", json!({})).await;
    let nodes = page["cadres"]["nodes"].as_array().unwrap();
    let digit = |node: &Json| node["archiveBirth"].as_str().unwrap().chars().last().and_then(|c| c.to_digit(10));
    assert!(nodes.len() > 2 && nodes.iter().any(|node| digit(node) != digit(&nodes[0])), "{page}");
    for node in nodes {
        assert_eq!(node["bwly_digit"].as_u64(), digit(node).map(u64::from), "{node}");
    }
    assert_eq!(calls(tenant).await, 1, "a page is one call");
    // Under another name, and deeper: all places of the document are one question.
    let deep = tenant.superior.ok(query, json!({})).await;
    assert_eq!(calls(tenant).await, 2);
    for node in deep["cadres"]["nodes"].as_array().unwrap() {
        assert_eq!(node["last"].as_u64(), digit(node).map(u64::from), "{node}");
        let below = node["unit"]["cadres"]["nodes"].as_array().unwrap();
        assert!(below.iter().all(|cadre| cadre["bwly_digit"].is_u64()), "{node}");
    }
    // By id, in `nodes`, and skipped, where nobody is asked.
    let id = tenant.id("cadre:applicant");
    let asked = "query($id: ID!) { cadre(id: $id) { bwly_digit } nodes(ids: [$id]) { ... on Cadre { bwly_digit } }
        other: cadre(id: $id) { id bwly_digit @skip(if: true) } }";
    let one = tenant.superior.ok(asked, json!({ "id": id })).await;
    assert_eq!(one["cadre"], one["nodes"][0], "{one}");
    assert!(one["cadre"]["bwly_digit"].is_u64(), "{one}");
    assert_eq!(calls(tenant).await, 3);

    // The neighbour's schema has never heard of it.
    let known = world.b.superior.gql("{ cadres { nodes { bwly_digit } } }", json!({})).await;
    let never = world.b.superior.gql("{ cadres { nodes { bwly_digot } } }", json!({})).await;
    assert_eq!(known.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(known.text.replace("bwly_digit", "bwly_digot").len(), never.text.len());
}

#[tokio::test]
async fn all_places_of_a_document_are_one_call_whatever_else_it_asks() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Resolve, DIGITS);
    install(tenant, &files(&bytes), &bytes).await;
    let ids = [tenant.id("cadre:applicant"), tenant.id("cadre:colleague"), tenant.id("cadre:applicant")];
    let digit = |node: &Json| node["archiveBirth"].as_str().unwrap().chars().last().and_then(|c| c.to_digit(10));
    // More root fields than are read at once; then the same in a document that the catalogue does not answer alone.
    let lists: String =
        (1..=6).map(|n| format!("l{n}: cadres(first: {n}) {{ nodes {{ archiveBirth bwly_digit }} }} ")).collect();
    let nodes = "nodes(ids: $ids) { ... on Cadre { archiveBirth bwly_digit again: bwly_digit } }";
    for (number, besides) in [(1, ""), (2, "viewer { name } version")] {
        let query = format!("query($ids: [ID!]!) {{ __typename {lists} {nodes} {besides} }}");
        let all = tenant.superior.ok(&query, json!({ "ids": ids })).await;
        assert_eq!(all["__typename"], "Query");
        for (list, rows) in (1..=6).map(|n| (format!("l{n}"), n)) {
            let found = all[&list]["nodes"].as_array().unwrap();
            assert!(!found.is_empty() && found.len() <= rows, "{list}: {all}");
            assert!(
                found.iter().all(|node| node["bwly_digit"].as_u64() == digit(node).map(u64::from)),
                "{list}: {all}"
            );
        }
        for node in all["nodes"].as_array().unwrap() {
            assert_eq!(node["bwly_digit"].as_u64(), digit(node).map(u64::from), "{node}");
            assert_eq!(node["again"], node["bwly_digit"], "{node}");
        }
        assert_eq!(calls(tenant).await, number, "{query}");
    }
}

#[tokio::test]
async fn a_call_that_fails_is_an_error_at_every_place_of_every_root_field_and_nothing_more() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Resolve, TRAPS);
    install(tenant, &files(&bytes), &bytes).await;
    let query = "query($id: ID!) { a: cadre(id: $id) { id bwly_digit } b: cadre(id: $id) { bwly_digit }
        nodes(ids: [$id]) { id ... on Cadre { bwly_digit } } units(first: 1) { nodes { id } } }";
    let reply = tenant.superior.gql(query, json!({ "id": tenant.id("cadre:applicant") })).await;
    let errors = reply.body["errors"].as_array().unwrap();
    let paths: Vec<&Json> = errors.iter().map(|error| &error["path"]).collect();
    let places = [json!(["a", "bwly_digit"]), json!(["b", "bwly_digit"]), json!(["nodes", 0, "bwly_digit"])];
    assert_eq!((paths, reply.code()), (places.iter().collect::<Vec<_>>(), "PLUGIN_TRAP"), "{}", reply.text);
    let data = &reply.body["data"];
    assert!(data["a"]["id"].is_string() && data["nodes"][0]["id"].is_string(), "{}", reply.text);
    assert!(data["units"]["nodes"][0]["id"].is_string(), "{}", reply.text);
    assert_eq!(calls(tenant).await, 1);
}

#[tokio::test]
async fn inv_9_a_field_that_fails_is_null_with_an_error_and_the_page_lives() {
    let world = World::start().await;
    let tenant = &world.a;
    let (traps, echo) = (guest(Hook::Resolve, TRAPS), guest(Hook::Resolve, ECHO));
    let installed = install(tenant, &files(&traps), &traps).await;
    let query = "{ cadres(first: 3) { nodes { id person { name } bwly_digit } } }";
    let asked = async || tenant.superior.gql(query, json!({})).await;
    for attempt in 0..6 {
        let reply = asked().await;
        let nodes = reply.body["data"]["cadres"]["nodes"].as_array().unwrap();
        assert!(nodes.len() == 3 && nodes.iter().all(|n| n["bwly_digit"].is_null() && n["person"]["name"].is_string()));
        let errors = reply.body["errors"].as_array().unwrap();
        let code = if attempt < 5 { "PLUGIN_TRAP" } else { "PLUGIN_DISABLED" };
        assert_eq!((errors.len(), reply.code()), (3, code), "{}", reply.text);
        assert_eq!(errors[1]["path"], json!(["cadres", "nodes", 1, "bwly_digit"]));
    }
    // One that answers with something else than the schema promises.
    let other = files(&echo).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let mut input = other.input();
    input["component"] = json!(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &echo));
    let upgraded = tenant.superior.done("pluginUpgrade", input, "plugin { id version state }").await["plugin"].clone();
    assert_eq!(upgraded["id"], installed["id"]);
    let reply = asked().await;
    assert_eq!(reply.code(), "PLUGIN_OUTPUT", "{}", reply.text);
    assert!(reply.body["data"]["cadres"]["nodes"][2]["bwly_digit"].is_null());
    // Out of work, the field is gone from the schema.
    change(tenant, "pluginDisable", &upgraded).await;
    assert_eq!(asked().await.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn a_field_under_many_names_and_deep_within_is_too_dear_before_anybody_is_asked() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Resolve, DIGITS);
    install(tenant, &files(&bytes), &bytes).await;
    let names = |count: usize| -> String { (0..count).map(|n| format!("d{n}: bwly_digit ")).collect() };
    // As many names as a document may give.
    let many = names(30);
    let deep = |depth: usize, below: &str| {
        let within = "unit { cadres(first: 100) { nodes { ".repeat(depth);
        format!("{{ cadres(first: 100) {{ nodes {{ {within}{below}{} }} }} }}", " } } }".repeat(depth))
    };
    let hidden = format!("{} fragment F on Cadre {{ {many} }}", deep(1, "...F"));
    for dear in [deep(1, &many), deep(2, "bwly_digit"), deep(3, "bwly_digit"), hidden] {
        let reply = tenant.superior.gql(&dear, json!({})).await;
        assert_eq!((reply.status, reply.code()), (400, "COST_LIMIT_EXCEEDED"), "{dear}: {}", reply.text);
        assert!(reply.text.contains("50000"), "it is the price that is too high: {}", reply.text);
    }
    let named = format!("{{ cadres(first: 1) {{ nodes {{ {} }} }} }}", names(31));
    assert_eq!(tenant.superior.gql(&named, json!({})).await.code(), "COST_LIMIT_EXCEEDED");
    assert_eq!(health(tenant).await, json!([]), "nobody was asked");
    // Where there are few rows, every name is answered.
    let few = tenant.superior.ok(&format!("{{ cadres(first: 3) {{ nodes {{ {many} }} }} }}"), json!({})).await;
    for node in few["cadres"]["nodes"].as_array().unwrap() {
        let values: Vec<&Json> = node.as_object().unwrap().values().collect();
        assert!(values.len() == 30 && values[0].is_u64() && values.iter().all(|value| *value == values[0]), "{node}");
    }
}
