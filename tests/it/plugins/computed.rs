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
    // Under another name, and deeper: each place of the document asks once.
    let deep = tenant.superior.ok(query, json!({})).await;
    assert_eq!(calls(tenant).await, 3);
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
    assert_eq!(calls(tenant).await, 5);

    // The neighbour's schema has never heard of it.
    let known = world.b.superior.gql("{ cadres { nodes { bwly_digit } } }", json!({})).await;
    let never = world.b.superior.gql("{ cadres { nodes { bwly_digot } } }", json!({})).await;
    assert_eq!(known.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(known.text.replace("bwly_digit", "bwly_digot").len(), never.text.len());
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
