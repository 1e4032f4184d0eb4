//! Queries and mutations of a plug-in's own: typed, asked once for a document, and done together with what they lead to
//! or not at all.

use host::{
    Hook,
    guests::{ECHO, Guest},
};
use serde_json::{Value as Json, json};
use zugong_tests::{Tenant, World, client::codes};

use super::{
    Files, change,
    code::{TRAPS, guest, health, install, with_code},
};

const QUERIES: &str = r#"
[[query]]
key = "echo"
title = "原样返回"
type = "object"
fields = [
  { key = "note", title = "备注", type = "text", required = true },
  { key = "count", title = "数量", type = "integer" },
  { key = "kind", title = "类别", type = "code:kind" },
]
args = [
  { key = "note", title = "备注", type = "text", required = true },
  { key = "count", title = "数量", type = "integer" },
  { key = "kind", title = "类别", type = "code:kind" },
]

[[query]]
key = "rows"
title = "清单"
type = "json"
list = true
args = [{ key = "note", title = "备注", type = "text" }]

[[query]]
key = "registered"
title = "仅限管理员"
type = "json"
requires = "plugin:publish"

[[rule]]"#;

fn queries(bytes: &[u8]) -> Files {
    with_code("\"resolve\"", bytes).manifest("[[rule]]", QUERIES)
}

async fn calls(tenant: &Tenant) -> Json {
    health(tenant).await[0]["calls"].clone()
}

#[tokio::test]
async fn a_query_is_typed_and_all_places_of_a_document_are_one_call() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Resolve, ECHO);
    install(tenant, &queries(&bytes), &bytes).await;
    let query = r#"query($n: String!) {
        a: bwly_echo(note: "甲", count: 3, kind: SECOND) { ...E }
        b: bwly_echo(note: $n) { __typename note count }
        again: bwly_echo(note: $n) { note }
        cadres(first: 1) { nodes { id } }
    } fragment E on Bwly_Echo { text: note count kind }"#;
    let said = tenant.superior.ok(query, json!({ "n": "乙" })).await;
    assert_eq!(said["a"], json!({ "text": "甲", "count": 3, "kind": "SECOND" }));
    assert_eq!(said["b"], json!({ "__typename": "Bwly_Echo", "note": "乙", "count": null }));
    assert_eq!(said["again"], json!({ "note": "乙" }));
    assert_eq!(said["cadres"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(calls(tenant).await, 1, "three places are one call");

    // What is asked is held against its declaration before anybody is asked.
    for wrong in [
        "{ bwly_echo { note } }",
        "{ bwly_echo(note: 1) { note } }",
        "{ bwly_echo(note: \"甲\", kind: THIRD) { note } }",
        "{ bwly_echo(note: \"甲\") }",
        "{ bwly_echo(note: \"甲\") { nonsense } }",
    ] {
        assert_eq!(tenant.superior.gql(wrong, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED", "{wrong}");
    }
    assert_eq!(calls(tenant).await, 1);
    // What is answered is held against it, too: an object is no list. The rest of the answer stands.
    let reply = tenant.superior.gql("{ bwly_rows(note: \"甲\") cadres(first: 1) { nodes { id } } }", json!({})).await;
    assert_eq!(reply.code(), "PLUGIN_OUTPUT", "{}", reply.text);
    assert_eq!(reply.body["errors"][0]["path"], json!(["bwly_rows"]));
    assert_eq!(reply.body["data"]["cadres"]["nodes"].as_array().unwrap().len(), 1);
    // Rights: who lacks the permission is refused, and the neighbour's schema has never heard of it.
    assert_eq!(tenant.superior.ok("{ bwly_registered }", json!({})).await["bwly_registered"], json!({}));
    let junior = tenant.junior.gql("{ bwly_registered }", json!({})).await;
    assert_eq!(junior.code(), "FORBIDDEN", "{}", junior.text);
    let stranger = world.b.superior.gql("{ bwly_echo(note: \"甲\") { note } }", json!({})).await;
    assert_eq!(stranger.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn inv_9_a_query_that_fails_is_null_with_an_error_and_the_answer_lives() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Resolve, TRAPS);
    let plugin = install(tenant, &queries(&bytes), &bytes).await;
    let query =
        "{ a: bwly_echo(note: \"甲\") { note } b: bwly_echo(note: \"乙\") { note } units(first: 1) { nodes { id } } }";
    let reply = tenant.superior.gql(query, json!({})).await;
    let errors = reply.body["errors"].as_array().unwrap();
    assert_eq!((errors.len(), reply.code()), (2, "PLUGIN_TRAP"), "{}", reply.text);
    assert_eq!(errors.iter().map(|error| &error["path"][0]).collect::<Vec<_>>(), ["a", "b"]);
    assert!(reply.body["data"]["a"].is_null() && reply.body["data"]["units"]["nodes"][0]["id"].is_string());
    change(tenant, "pluginDisable", &plugin).await;
    assert_eq!(tenant.superior.gql(query, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED");
}

const MUTATION: &str = r#"
[[mutation]]
key = "register"
title = "登记类别"
type = "json"
args = [
  { key = "path", title = "字段", type = "text", required = true },
  { key = "note", title = "备注", type = "text" },
]

[capabilities]
effects = ["set-field"]

[[rule]]"#;

/// Answers its arguments, `{"path":".."}`, and has the field of that path set to `"FIRST"`. Refuses arguments of more
/// than 60 bytes.
const REGISTERS: &str = r#"
    (data (i32.const 1000) "\"FIRST\"")
    (data (i32.const 1010) "note")
    (data (i32.const 1020) "long")
    (data (i32.const 1030) "备注过长")
    (func (export "run") (param $in i32) (result i32)
      (local $at i32) (local $len i32)
      (local.set $at (i32.load offset=64 (local.get $in)))
      (local.set $len (i32.load offset=68 (local.get $in)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (local.get $at))
      (i32.store (i32.const 24) (local.get $len))
      (i32.store (i32.const 28) (i32.const 64))
      (i32.store (i32.const 32) (i32.gt_u (local.get $len) (i32.const 60)))
      (i32.store (i32.const 64) (i32.const 1010)) (i32.store (i32.const 68) (i32.const 4))
      (i32.store (i32.const 72) (i32.const 1020)) (i32.store (i32.const 76) (i32.const 4))
      (i32.store (i32.const 80) (i32.const 1030)) (i32.store (i32.const 84) (i32.const 12))
      (i32.store8 (i32.const 88) (i32.const 0))
      (i32.store (i32.const 36) (i32.const 100))
      (i32.store (i32.const 40) (i32.const 1))
      (i32.store8 (i32.const 100) (i32.const 0))
      (i32.store (i32.const 104) (i32.add (local.get $at) (i32.const 9)))
      (i32.store (i32.const 108) (i32.sub (local.get $len) (i32.const 11)))
      (i32.store (i32.const 112) (i32.const 1000))
      (i32.store (i32.const 116) (i32.const 7))
      (i32.const 16))
"#;

fn registering(bytes: &[u8]) -> Files {
    with_code("\"act\"", bytes).manifest("[[rule]]", MUTATION)
}

/// Grants a plug-in what is given; the plug-in with its version.
pub async fn grant(tenant: &Tenant, plugin: &Json, what: Json) -> Json {
    let mut input = json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
    input.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    tenant.superior.done("pluginGrant", input, "plugin { id version state }").await["plugin"].clone()
}

const REGISTER: &str = "mutation($i: Bwly_RegisterInput!) { bwly_register(input: $i) {
    answer userErrors { code field message } __typename } }";

async fn register(client: &zugong_tests::Actor, input: Json) -> zugong_tests::Reply {
    client.gql(REGISTER, json!({ "i": input })).await
}

async fn kind(tenant: &Tenant, cadre: &str) -> Json {
    let query = "query($id: ID!) { cadre(id: $id) { ext { bwly_kind } } }";
    tenant.superior.ok(query, json!({ "id": cadre })).await["cadre"]["ext"]["bwly_kind"].clone()
}

#[tokio::test]
async fn a_mutation_does_what_its_component_wants_under_the_callers_rights_once_it_was_granted() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Act, REGISTERS);
    let plugin = install(tenant, &registering(&bytes), &bytes).await;
    let cadre = tenant.id("cadre:applicant");
    let path = json!({ "path": format!("{cadre}.kind") });

    // Not granted: nothing is done, and the code says why.
    let reply = register(&tenant.superior, path.clone()).await;
    assert_eq!(reply.code(), "PLUGIN_DENIED", "{}", reply.text);
    assert_eq!(reply.body["data"]["bwly_register"], json!(null));
    assert_eq!(kind(tenant, cadre).await, json!(null));

    let plugin = grant(tenant, &plugin, json!({ "effects": ["set-field"] })).await;
    let reply = register(&tenant.superior, path.clone()).await;
    let done = json!({ "answer": path, "userErrors": [], "__typename": "Bwly_RegisterPayload" });
    assert_eq!(reply.body["data"]["bwly_register"], done, "{}", reply.text);
    assert_eq!(kind(tenant, cadre).await, "FIRST");

    // A problem of the component's refuses it, at the field of the input.
    let refused = register(&tenant.superior, json!({ "path": format!("{cadre}.kind"), "note": "很".repeat(30) })).await;
    let errors = &refused.body["data"]["bwly_register"]["userErrors"];
    assert_eq!((&errors[0]["code"], &errors[0]["field"]), (&json!("PLUGIN_RULE"), &json!("input.note")));
    assert_eq!(errors[0]["message"], "备注过长（bwly.long）");

    // Another tenant's cadre is nobody, and a caller without the right to set fields does not get it from a plug-in.
    let foreign =
        register(&tenant.superior, json!({ "path": format!("{}.kind", world.b.id("cadre:applicant")) })).await;
    let payload = &foreign.body["data"]["bwly_register"];
    assert_eq!(codes(payload), ["UNKNOWN_REFERENCE"], "{}", foreign.text);
    assert_eq!(payload["userErrors"][0]["field"], "effects.0.object");
    let applicant = register(&tenant.applicant, path.clone()).await;
    assert_eq!(applicant.code(), "FORBIDDEN", "{}", applicant.text);
    // A field that is not the plug-in's own.
    let other = register(&tenant.superior, json!({ "path": format!("{cadre}.rank") })).await;
    assert_eq!(other.code(), "PLUGIN_OUTPUT", "{}", other.text);

    // The same key is the same change; the audit record names the mutation.
    let keyed = json!({ "path": format!("{cadre}.kind"), "idempotencyKey": "k1" });
    let (one, two) = (register(&tenant.superior, keyed.clone()).await, register(&tenant.superior, keyed).await);
    assert_eq!(one.body["data"], two.body["data"]);
    let query = "{ auditRecords(where: { action: { eq: \"pluginAct\" } }) { nodes { detail } totalCount } }";
    let audits = tenant.audit.ok(query, json!({})).await["auditRecords"].clone();
    assert!(
        audits["nodes"].as_array().unwrap().iter().any(|line| line["detail"]["mutation"] == "register"),
        "{audits}"
    );

    // Taken back, it is denied again.
    grant(tenant, &plugin, json!({})).await;
    assert_eq!(register(&tenant.superior, path).await.code(), "PLUGIN_DENIED");
}

#[tokio::test]
async fn a_mutation_with_warnings_is_done_with_a_reason_that_stands_on_record() {
    let world = World::start().await;
    let tenant = &world.a;
    // It warns of what it would have refused, and of shorter arguments.
    let warns =
        [("(i32.store8 (i32.const 88) (i32.const 0))", "(i32.store8 (i32.const 88) (i32.const 1))"), ("60", "50")];
    let warns = warns.iter().fold(REGISTERS.to_string(), |text, (from, to)| text.replacen(from, to, 1));
    let bytes = guest(Hook::Act, &warns);
    let plugin = install(tenant, &registering(&bytes), &bytes).await;
    grant(tenant, &plugin, json!({ "effects": ["set-field"] })).await;
    let cadre = tenant.id("cadre:applicant");
    let input =
        |reason: Json| json!({ "path": format!("{cadre}.kind"), "warningReason": reason, "idempotencyKey": "k" });

    let refused = register(&tenant.superior, input(json!(null))).await;
    let payload = &refused.body["data"]["bwly_register"];
    assert_eq!((codes(payload), &payload["userErrors"][0]["field"]), (vec!["PLUGIN_WARNING"], &json!("input.note")));
    let words = "备注过长（bwly.long）。核对后确需提交的，用 warningReason 写明理由";
    assert_eq!((&payload["userErrors"][0]["message"], &payload["answer"]), (&json!(words), &json!(null)));
    let refused = register(&tenant.superior, input(json!("长".repeat(501)))).await;
    let payload = &refused.body["data"]["bwly_register"];
    assert_eq!(payload["userErrors"][0]["field"], "input.warningReason", "{}", refused.text);
    assert_eq!(kind(tenant, cadre).await, json!(null), "nothing is done without a reason");

    let done = register(&tenant.superior, input(json!(" 情况属实 "))).await;
    assert_eq!(done.body["data"]["bwly_register"]["userErrors"], json!([]), "{}", done.text);
    assert_eq!(kind(tenant, cadre).await, "FIRST");
    let query = "{ auditRecords(where: { action: { eq: \"pluginAct\" } }) { nodes { detail } } }";
    let lines = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    let on_record: Vec<_> =
        lines.as_array().unwrap().iter().filter(|line| line["detail"]["reason"] == "情况属实").collect();
    assert_eq!((on_record.len(), &on_record[0]["detail"]["warnings"]), (1, &json!(["bwly.long"])), "{lines}");

    // The key stands for what was done with this reason; with another one it would be another change.
    let again = register(&tenant.superior, input(json!(" 情况属实 "))).await;
    assert_eq!(again.body["data"], done.body["data"], "{}", again.text);
    let other = register(&tenant.superior, input(json!("另一理由"))).await;
    assert_eq!(other.code(), "IDEMPOTENCY_MISMATCH", "{}", other.text);
}

/// Reads the cadre of each question, `{"id":".."}`, by the view that was granted; `null` where nothing is told.
const READS: &str = r#"
    (data (i32.const 1000) "Cadre")
    (data (i32.const 1010) "null")
    (func (export "run") (param $in i32) (result i32)
      (local $parent i32)
      (local.set $parent (i32.load offset=64 (local.get $in)))
      (i32.store (i32.const 200) (i32.add (i32.load (local.get $parent)) (i32.const 7)))
      (i32.store (i32.const 204) (i32.sub (i32.load offset=4 (local.get $parent)) (i32.const 9)))
      (call $read (i32.const 1000) (i32.const 5) (i32.const 200) (i32.const 1) (i32.const 300))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store (i32.const 20) (i32.const 400))
      (i32.store (i32.const 400) (i32.const 1010))
      (i32.store (i32.const 404) (i32.const 4))
      (if (i32.and (i32.eqz (i32.load8_u (i32.const 300))) (i32.eq (i32.load offset=308 (i32.const 0)) (i32.const 1)))
        (then (i32.store (i32.const 20) (i32.load offset=304 (i32.const 0)))))
      (i32.const 16))
"#;

const READING: &str = r#"
[[query]]
key = "look"
title = "查看干部"
type = "json"
args = [{ key = "id", title = "干部", type = "text", required = true }]

[capabilities]
core = [{ view = "Cadre", fields = ["rank", "archiveBirth"] }]

[[rule]]"#;

#[tokio::test]
async fn a_component_reads_what_was_granted_as_the_caller_would_and_no_more() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = Guest { core: true, ..Guest::of(Hook::Resolve, READS) }.bytes().unwrap();
    let files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", READING);
    let plugin = install(tenant, &files, &bytes).await;
    let look = async |client: &zugong_tests::Actor, id: &str| {
        client.ok("query($id: String!) { bwly_look(id: $id) }", json!({ "id": id })).await["bwly_look"].clone()
    };
    let cadre = tenant.id("cadre:applicant");
    assert_eq!(look(&tenant.superior, cadre).await, json!(null), "nothing is granted by itself");
    let plugin = grant(tenant, &plugin, json!({ "core": [{ "view": "Cadre", "fields": ["rank"] }] })).await;
    let seen = look(&tenant.superior, cadre).await;
    assert_eq!(seen.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "rank"], "{seen}");
    assert_eq!(seen["id"], json!(cadre));
    // Another tenant's cadre and one that is not there are the same; so is one out of the caller's reach.
    assert_eq!(look(&tenant.superior, world.b.id("cadre:applicant")).await, json!(null));
    assert_eq!(look(&tenant.superior, "cad_00000000000000000000000000000000").await, json!(null));
    assert_eq!(look(&tenant.superior, "\\\" or 1=1").await, json!(null));
    let theirs = tenant.handlers["organisation"].ok("{ cadres { nodes { id } } }", json!({})).await;
    assert_eq!(theirs["cadres"]["nodes"], json!([]), "an agency sees no cadres");
    assert_eq!(look(&tenant.handlers["organisation"], cadre).await, json!(null));

    // What the caller's component felt for stands in the audit record, each kind once.
    let query = "{ auditRecords(where: { action: { eq: \"pluginDeny\" } }) { nodes { actorName detail } } }";
    let denied = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    let of_superior = denied.as_array().unwrap().iter().filter(|line| line["actorName"] == "superior");
    let mut why: Vec<_> = of_superior.map(|line| json!([line["detail"]["asked"], line["detail"]["because"]])).collect();
    why.sort_by_key(Json::to_string);
    assert_eq!(why, [json!(["core.read", "NOT_GRANTED"]), json!(["core.read", "UNKNOWN"])], "{denied}");

    // What is not requested cannot be granted; what was granted is shown, and audited.
    let input = json!({ "id": plugin["id"], "expectedVersion": plugin["version"], "effects": ["notify"],
                        "core": [{ "view": "Cadre", "fields": ["rank", "state"] }] });
    let refused = tenant.superior.mutate("pluginGrant", input, "plugin { id }").await;
    assert_eq!(codes(&refused), ["UNKNOWN_REFERENCE", "UNKNOWN_REFERENCE"], "{refused}");
    let query = "query($p: ID!) { pluginCapabilities(plugin: $p) { requested granted inForce config } }";
    let shown = tenant.superior.ok(query, json!({ "p": plugin["id"] })).await["pluginCapabilities"].clone();
    assert_eq!(shown["requested"]["core"]["Cadre"], json!(["archiveBirth", "rank"]));
    assert_eq!(shown["inForce"]["core"]["Cadre"], json!(["rank"]));
    let query = "{ auditRecords(where: { action: { eq: \"pluginGrant\" } }) { nodes { detail } } }";
    let audits = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    assert_eq!(audits[0]["detail"]["granted"]["core"]["Cadre"], json!(["rank"]), "{audits}");
}
