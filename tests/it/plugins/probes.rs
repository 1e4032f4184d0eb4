//! A component that feels its way to what is another tenant's: it gets nothing, and the audit record tells of it.

use host::{Hook, guests::Guest};
use serde_json::{Value as Json, json};
use zugong_tests::{Tenant, World, difference, digest};

use super::{
    Files,
    code::{form, install, with_code},
    own::grant,
    submit,
};

pub const QUERIES: &str = r#"
[[query]]
key = "one"
title = "一件"
type = "json"
args = [{ key = "id", title = "办件", type = "text", required = true }]

[[query]]
key = "page"
title = "一页"
type = "json"
args = [{ key = "at", title = "游标", type = "text", required = true }]

[[query]]
key = "other"
title = "别的"
type = "json"
args = [{ key = "id", title = "办件", type = "text", required = true }]

[[query]]
key = "sifted"
title = "筛选"
type = "json"

[capabilities]
data = ["apply"]

[[rule]]"#;

/// Asks for a case of its own by the id that it is given (`Query.one`), for the page after a cursor (`Query.page`), for
/// something of a kind that it was not granted (`Query.other`), and by a condition on a column that it does not have
/// (`Query.sifted`). Answers by what it is told, `null` for nothing, and a number for the kind of a refusal.
const FEELS: &str = r#"
    (data (i32.const 1000) "apply")
    (data (i32.const 1010) "null")
    (data (i32.const 1020) "{}")
    (data (i32.const 1024) "cadre")
    (data (i32.const 1040) "0123")
    (data (i32.const 1050) "{\"tenant_id\":{\"ne\":\"x\"}}")
    (func (export "run") (param $in i32) (result i32)
      (local $parent i32) (local $length i32) (local $at i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 400))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store (i32.const 400) (i32.const 1010))
      (i32.store (i32.const 404) (i32.const 4))
      (local.set $length (i32.load offset=60 (local.get $in)))
      (local.set $parent (i32.load offset=64 (local.get $in)))
      (i32.store (i32.const 200) (i32.add (i32.load (local.get $parent)) (i32.const 7)))
      (i32.store (i32.const 204) (i32.sub (i32.load offset=4 (local.get $parent)) (i32.const 9)))
      (if (i32.eq (local.get $length) (i32.const 9)) (then
        (call $get (i32.const 1000) (i32.const 5) (i32.const 200) (i32.const 1) (i32.const 300))))
      (if (i32.eq (local.get $length) (i32.const 10)) (then
        (call $find (i32.const 1000) (i32.const 5) (i32.const 1020) (i32.const 2)
          (i32.const 1) (i32.load (i32.const 200)) (i32.load (i32.const 204)) (i32.const 300))))
      (if (i32.eq (local.get $length) (i32.const 11)) (then
        (call $get (i32.const 1024) (i32.const 5) (i32.const 200) (i32.const 1) (i32.const 300))))
      (if (i32.eq (local.get $length) (i32.const 12)) (then
        (call $find (i32.const 1000) (i32.const 5) (i32.const 1050) (i32.const 24)
          (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 300))))
      (if (i32.load8_u (i32.const 300)) (then
        (i32.store (i32.const 400) (i32.add (i32.const 1040) (i32.load8_u (i32.const 304))))
        (i32.store (i32.const 404) (i32.const 1))
        (return (i32.const 16))))
      (local.set $at (i32.const 300))
      (if (i32.eq (local.get $length) (i32.const 9)) (then
        (local.set $at (i32.load (i32.const 304)))
        (if (i32.eqz (i32.load8_u (local.get $at))) (then (return (i32.const 16))))))
      (i32.store (i32.const 400) (i32.load offset=4 (local.get $at)))
      (i32.store (i32.const 404) (i32.load offset=8 (local.get $at)))
      (i32.const 16))
"#;

/// What a component was denied, as the record has it: what it asked, of what, why, and how many of its ids led nowhere.
async fn denied(tenant: &Tenant) -> Vec<Json> {
    let query = "{ auditRecords(first: 50, where: { action: { eq: \"pluginDeny\" } }) { nodes { actorName detail } } }";
    let nodes = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    let mut lines: Vec<Json> = vec![];
    for line in nodes.as_array().unwrap() {
        let detail = &line["detail"];
        assert_eq!((&line["actorName"], &detail["plugin"]), (&json!("superior"), &json!("330203.bwly")), "{line}");
        lines.push(json!([detail["asked"], detail["of"], detail["because"], detail["unknown"]]));
    }
    lines.sort_by_key(Json::to_string);
    lines
}

#[tokio::test]
async fn ids_cursors_kinds_and_conditions_of_anothers_get_a_component_nothing_but_a_line_in_the_audit_record() {
    let world = World::start().await;
    let bytes = Guest { data: true, memory: "8", ..Guest::of(Hook::Resolve, FEELS) }.bytes().unwrap();
    let files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", QUERIES);
    gets_nothing(&world, &files, &bytes, [json!(0), json!(1)]).await;
}

/// A component with these queries feels its way from A to what is B's. How it tells that what it gave cannot be right, and
/// that something is not granted, is its own.
pub async fn gets_nothing(world: &World, files: &Files, bytes: &[u8], [bad_input, not_granted]: [Json; 2]) {
    let (mut cases, mut cursors) = (vec![], vec![]);
    for tenant in [&world.a, &world.b] {
        let plugin = install(tenant, files, bytes).await;
        grant(tenant, &plugin, json!({ "data": ["apply"] })).await;
        let made = submit(tenant, "bwly.apply", "applicant", "1", form("工作需要")).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
        cases.push(made["case"]["id"].clone());
        let list = tenant.superior.ok("{ bwly_applications(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        cursors.push(list["bwly_applications"]["pageInfo"]["endCursor"].clone());
    }
    let tenant = &world.a;
    let ask = async |asked: &str, value: &Json| {
        let query = format!("query($v: String!) {{ told: bwly_{asked}: $v) }}");
        tenant.superior.ok(&query, json!({ "v": value })).await["told"].clone()
    };
    // Its own are told, and nobody is blamed.
    assert_eq!(ask("one(id", &cases[0]).await["id"], cases[0]);
    assert_eq!(ask("page(at", &cursors[0]).await, json!({ "items": [], "next": null }));
    assert_eq!(denied(tenant).await, Vec::<Json>::new());

    let theirs = digest(&world.server, world.b.id).await;
    assert_eq!(ask("one(id", &cases[1]).await, json!(null), "another tenant's case is the case of nothing");
    assert_eq!(ask("page(at", &cursors[1]).await, bad_input, "another tenant's cursor is no cursor");
    assert_eq!(ask("other(id", &cases[0]).await, not_granted);
    let expected = [
        json!(["data.find", "apply", "BAD_INPUT", 0]),
        json!(["data.get-many", "apply", "UNKNOWN", 1]),
        json!(["data.get-many", "cadre", "NOT_GRANTED", 0]),
    ];
    assert_eq!(denied(tenant).await, expected);
    // The same once more makes the record no longer, and what comes in another way is as little worth.
    assert_eq!(ask("one(id", &cases[1]).await, json!(null));
    assert_eq!(tenant.superior.ok("{ bwly_sifted }", json!({})).await["bwly_sifted"], bad_input);
    assert_eq!(denied(tenant).await, expected);
    let changed = difference(&theirs, &digest(&world.server, world.b.id).await);
    assert!(changed.is_empty(), "{changed:#?}");
    assert_eq!(denied(&world.b).await, Vec::<Json>::new(), "it is no matter of the other tenant's");
}
