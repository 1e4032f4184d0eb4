//! Plug-ins with code: asked on submission and for points, refused where they want too much, alone with their failures.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use host::{
    Hook,
    guests::{Guest, NOTHING},
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zugong_tests::{Tenant, World, client::codes};

use super::{Files, approve, change, file};

/// The plug-in that `zugong plugin new` writes, with this component.
pub fn with_code(hooks: &str, bytes: &[u8]) -> Files {
    let sha = hex::encode(Sha256::digest(bytes));
    let code = format!("[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{sha}\"\nhooks = [{hooks}]\n\n[[rule]]");
    Files::new("bwly").manifest("[[rule]]", &code)
}

pub fn input(files: &Files, bytes: &[u8]) -> Json {
    let mut input = files.input();
    input["component"] = json!(BASE64.encode(bytes));
    input
}

pub async fn install(tenant: &Tenant, files: &Files, bytes: &[u8]) -> Json {
    let installed = tenant.superior.done("pluginInstall", input(files, bytes), "plugin { id version }").await;
    change(tenant, "pluginEnable", &installed["plugin"]).await
}

pub fn guest(hook: Hook, main: &str) -> Vec<u8> {
    Guest::of(hook, main).bytes().unwrap()
}

/// Refuses the name of a form of more than 150 bytes.
const REFUSES_LONG_FORMS: &str = r#"
    (data (i32.const 1000) "name")
    (data (i32.const 1010) "quota")
    (data (i32.const 1020) "本单位编外名额已满\n")
    (func (export "run") (param $in i32) (result i32)
      (i32.store (i32.const 64) (i32.const 1000)) (i32.store (i32.const 68) (i32.const 4))
      (i32.store (i32.const 72) (i32.const 1010)) (i32.store (i32.const 76) (i32.const 5))
      (i32.store (i32.const 80) (i32.const 1020)) (i32.store (i32.const 84) (i32.const 28))
      (i32.store8 (i32.const 88) (i32.const 0))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.gt_u (i32.load offset=68 (local.get $in)) (i32.const 150)))
      (i32.const 16))
"#;

pub const TRAPS: &str = r#"(func (export "run") (param i32) (result i32) (unreachable))"#;

pub fn form(reason: &str) -> Json {
    json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND", "reason": reason })
}

pub async fn health(tenant: &Tenant) -> Json {
    let query = "{ pluginHealth { plugin release hook breaker calls p99Micros memoryBytes faults { code count } } }";
    tenant.superior.ok(query, json!({})).await["pluginHealth"].clone()
}

#[tokio::test]
async fn a_component_has_its_say_after_the_rules_and_nothing_passes_that_it_has_not_seen() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Validate, REFUSES_LONG_FORMS);
    install(tenant, &with_code("\"validate\"", &bytes), &bytes).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;

    let long = "因工作需要".repeat(20);
    let refused = file(tenant, &approval, form(&long)).await;
    let error = &refused["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("PLUGIN_RULE"), &json!("input.form.name")), "{refused}");
    assert_eq!(error["message"], "本单位编外名额已满（bwly.quota）");
    // A rule that does not hold is told alone: the component is heard on what is right by the rules.
    let mut young = form(&long);
    young["birthDate"] = json!("2010-05-01");
    let refused = file(tenant, &approval, young).await;
    assert_eq!(refused["userErrors"].as_array().unwrap().len(), 1, "{refused}");
    assert_eq!(refused["userErrors"][0]["field"], "input.form.birthDate");

    let made = file(tenant, &approval, form("短")).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    let health = health(tenant).await;
    assert_eq!((&health[0]["hook"], &health[0]["breaker"]), (&json!("validate"), &json!("CLOSED")), "{health}");
    assert!(health[0]["calls"].as_i64().unwrap() >= 3 && health[0]["memoryBytes"].as_i64().unwrap() > 0);
    assert_eq!(world.b.superior.ok("{ pluginHealth { plugin } }", json!({})).await["pluginHealth"], json!([]));
}

/// H-03. What an agency asks for later goes the same way as the form did.
#[tokio::test]
async fn a_component_is_asked_about_what_is_supplied_later() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Validate, REFUSES_LONG_FORMS);
    install(tenant, &with_code("\"validate\"", &bytes), &bytes).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let case = file(tenant, &approval, form(&"因工作需要".repeat(4))).await["case"].clone();
    let query = "query($id: ID!) { case(id: $id) { items(where: { key: { eq: \"organisation\" } }) { nodes { id version } } } }";
    let item = tenant.superior.ok(query, json!({ "id": case["id"] })).await["case"]["items"]["nodes"][0].clone();
    let input = json!({ "id": item["id"], "expectedVersion": item["version"], "reason": "姓名与身份证不符", "fields": ["name"] });
    let asking = &tenant.handlers["organisation"];
    let item = asking.done("caseItemRequestSupplement", input, "caseItem { id version }").await["caseItem"].clone();
    let supply = async |name: &str| {
        let input = json!({ "id": item["id"], "expectedVersion": item["version"], "fields": { "name": name } });
        tenant.superior.mutate("caseItemSupply", input, "caseItem { state version case { form } }").await
    };
    let refused = supply("阿卜杜拉阿卜杜拉王明").await;
    assert_eq!(codes(&refused), ["PLUGIN_RULE"], "{refused}");
    assert_eq!(refused["userErrors"][0]["message"], "本单位编外名额已满（bwly.quota）");
    let fine = supply("王晓明").await;
    assert_eq!((&fine["userErrors"], &fine["caseItem"]["state"]), (&json!([]), &json!("PENDING")), "{fine}");
    assert_eq!(fine["caseItem"]["case"]["form"]["name"], "王晓明");
}

#[tokio::test]
async fn inv_9_a_component_that_fails_keeps_forms_back_and_harms_nobody_else() {
    let world = World::start().await;
    let (tenant, other) = (&world.a, &world.b);
    let traps = guest(Hook::Validate, TRAPS);
    let installed = install(tenant, &with_code("\"validate\"", &traps), &traps).await;
    let fine = guest(Hook::Validate, NOTHING);
    install(other, &with_code("\"validate\"", &fine), &fine).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    for attempt in 0..6 {
        let refused = file(tenant, &approval, form("短")).await;
        assert_eq!(codes(&refused), ["PLUGIN_UNAVAILABLE"], "{refused}");
        let message = refused["userErrors"][0]["message"].as_str().unwrap();
        let code = if attempt < 5 { "PLUGIN_TRAP" } else { "PLUGIN_DISABLED" };
        assert!(message.contains(code) && message.contains("草稿已保留"), "{attempt}: {message}");
    }
    let line = health(tenant).await[0].clone();
    assert_eq!(line["breaker"], "OPEN", "{line}");
    assert!(line["faults"].as_array().unwrap().contains(&json!({ "code": "PLUGIN_TRAP", "count": 5 })), "{line}");
    // The same plug-in of another tenant, by another component, works on.
    let theirs = approve(other, "bwly.apply", "applicant", "1").await;
    assert_eq!(file(other, &theirs, form("短")).await["userErrors"], json!([]));

    // A later version with another component mends it; going back brings the old component back.
    let files = with_code("\"validate\"", &fine).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let upgraded = tenant.superior.done("pluginUpgrade", input(&files, &fine), "plugin { id version release }").await;
    assert_eq!(upgraded["plugin"]["release"], "1.0.1");
    let theirs = approve(tenant, "bwly.apply", "colleague", "2").await;
    assert_eq!(file(tenant, &theirs, form("短")).await["userErrors"], json!([]), "it does not rest any more");
    let back = change(tenant, "pluginRollback", &upgraded["plugin"]).await;
    assert_eq!((&back["release"], &back["id"]), (&json!("1.0.0"), &installed["id"]));
    let disabled = change(tenant, "pluginDisable", &back).await;
    change(tenant, "pluginEnable", &disabled).await;
    let refused = file(tenant, &approval, form("短")).await;
    let message = refused["userErrors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("PLUGIN_TRAP"), "it is asked anew: {refused}");
}

#[tokio::test]
async fn a_component_that_is_not_as_declared_is_not_taken() {
    let world = World::start().await;
    let superior = &world.a.superior;
    let refused = async |files: &Files, bytes: Option<&[u8]>| {
        let input = bytes.map_or_else(|| files.input(), |bytes| input(files, bytes));
        let outcome = superior.mutate("pluginInstall", input, "plugin { id }").await;
        let errors = codes(&outcome);
        assert_eq!(errors.first().copied(), Some("PLUGIN_REFUSED"), "{outcome}");
        outcome["userErrors"][0]["message"].as_str().unwrap().to_string()
    };
    let fine = guest(Hook::Validate, NOTHING);
    let files = with_code("\"validate\"", &fine);
    assert!(refused(&files, None).await.contains("缺少组件"));
    assert!(refused(&files, Some(b"\0asm")).await.contains("SHA-256"));
    let wants =
        Guest { besides: r#"(import "wasi:sockets/tcp@0.2.0" (instance))"#, ..Guest::of(Hook::Validate, NOTHING) };
    let wants = wants.bytes().unwrap();
    assert!(refused(&with_code("\"validate\"", &wants), Some(&wants)).await.contains("wasi:sockets/tcp"));
    let starts = guest(Hook::Validate, &format!("(func $s (loop $l (br $l))) (start $s) {NOTHING}"));
    assert!(refused(&with_code("\"validate\"", &starts), Some(&starts)).await.contains("PLUGIN_TIMEOUT"));
    assert!(refused(&with_code("\"score\"", &fine), Some(&fine)).await.contains("validate"));
    assert_eq!(superior.ok("{ plugins { totalCount } }", json!({})).await["plugins"]["totalCount"], 0);
}

/// Gives half a point of one for "编外占比控制".
const POINTS: &str = r#"
    (data (i32.const 1000) "编外占比控制")
    (func (export "run") (param $in i32) (result i32)
      (i32.store (i32.const 64) (i32.const 1000)) (i32.store (i32.const 68) (i32.const 18))
      (i64.store (i32.const 72) (i64.const 50)) (i64.store (i32.const 80) (i64.const 100))
      (i32.store (i32.const 88) (i32.const 1000)) (i32.store (i32.const 92) (i32.const 6))
      (i32.store (i32.const 96) (i32.const 0)) (i32.store (i32.const 100) (i32.const 0))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64)) (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

#[tokio::test]
async fn points_are_a_function_of_their_input() {
    let world = World::start().await;
    let bytes = guest(Hook::Score, POINTS);
    let plugin = install(&world.a, &with_code("\"score\"", &bytes), &bytes).await;
    let query = "query($plugin: ID!) { pluginScore(plugin: $plugin, scheme: \"annual\", input: { ratio: 3 })
        { item points max reason evidence } }";
    let variables = json!({ "plugin": plugin["id"] });
    let line = json!({ "item": "编外占比控制", "points": 50, "max": 100, "reason": "编外", "evidence": [] });
    for _ in 0..3 {
        let data = world.a.superior.ok(query, variables.clone()).await;
        assert_eq!(data["pluginScore"], json!([line]));
    }
    assert_eq!(world.b.superior.gql(query, variables.clone()).await.code(), "NOT_FOUND");
    assert_eq!(world.a.applicant.gql(query, variables).await.code(), "FORBIDDEN");
}
