//! Components in quarantine: nobody runs them, nobody puts them in, and every tenant that has one is told.

use std::time::Duration;

use host::{
    Hook,
    guests::{Guest, NOTHING},
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zugong::{kernel::quarantine as list, modules::plugins::quarantine};
use zugong_tests::{Tenant, World, client::codes};

use super::{
    Files, approve, change,
    code::{form, guest, input, install, with_code},
    file,
    outgrown::outgrow,
};

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A component like no other test's, as quarantine is the whole platform's.
fn component(words: &str) -> Vec<u8> {
    guest(Hook::Validate, &format!("(data (i32.const 3000) \"{words}\") {NOTHING}"))
}

async fn records(tenant: &Tenant) -> Json {
    let query = "{ auditRecords(where: { action: { in: [\"pluginQuarantine\", \"pluginRelease\"] } }) {
        nodes { action actorName detail } } }";
    tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone()
}

#[tokio::test]
async fn a_component_in_quarantine_is_asked_by_no_replica_and_put_in_by_nobody() {
    let world = World::start().await;
    let (tenant, other) = (&world.a, &world.b);
    let (bytes, later) = (component("quarantine one"), component("quarantine two"));
    let files = with_code("\"validate\"", &bytes);
    let installed = install(tenant, &files, &bytes).await;
    let replica = world.server.replica().await;
    let approvals =
        [approve(tenant, "bwly.apply", "applicant", "1").await, approve(tenant, "bwly.apply", "colleague", "2").await];
    // Both replicas know that it is fine; this one has compiled it.
    assert_eq!(file(tenant, &approvals[0], form("短")).await["userErrors"], json!([]));
    let platform = &world.server.platform;
    let sha256 = digest(&bytes);
    assert_eq!(replica.platform.quarantined(&sha256).await.unwrap(), None);
    assert!(quarantine::place(platform, &sha256, "外传数据", "operator").await.unwrap());
    assert!(!quarantine::place(platform, &sha256, "再来一次", "operator").await.unwrap(), "once");
    let refused = file(tenant, &approvals[1], form("短")).await;
    assert_eq!(codes(&refused), ["PLUGIN_UNAVAILABLE"], "{refused}");
    assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("PLUGIN_DISABLED"), "{refused}");
    let detail = json!({ "sha256": sha256, "because": "外传数据" });
    let line = json!({ "action": "pluginQuarantine", "actorName": "operator", "detail": detail });
    assert_eq!((records(tenant).await, records(other).await), (json!([line]), json!([])));
    assert!(list::list(platform).await.unwrap().iter().any(|row| row.sha256 == sha256 && row.reason == "外传数据"));
    for attempt in 0.. {
        if replica.platform.quarantined(&sha256).await.unwrap().is_some() {
            break;
        }
        assert!(attempt < 100, "the other replica never hears of it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    // Neither installed, nor enabled, nor upgraded to, nor gone back to.
    let theirs = other.superior.mutate("pluginInstall", input(&files, &bytes), "plugin { id }").await;
    assert_eq!(codes(&theirs), ["PLUGIN_QUARANTINED"], "{theirs}");
    assert!(theirs["userErrors"][0]["message"].as_str().unwrap().contains("外传数据"), "{theirs}");
    let better = with_code("\"validate\"", &later).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let upgraded = tenant.superior.done("pluginUpgrade", input(&better, &later), "plugin { id version state }").await;
    let upgraded = upgraded["plugin"].clone();
    assert_eq!(file(tenant, &approvals[1], form("短")).await["userErrors"], json!([]), "another component is asked");
    let named = |row: &Json| json!({ "id": row["id"], "expectedVersion": row["version"] });
    let back = tenant.superior.mutate("pluginRollback", named(&upgraded), "plugin { id }").await;
    assert_eq!(
        (codes(&back), &back["userErrors"][0]["field"]),
        (vec!["PLUGIN_QUARANTINED"], &json!("input.id")),
        "{back}"
    );
    let again = files.clone().manifest("version = \"1.0.0\"", "version = \"1.0.2\"");
    let again = tenant.superior.mutate("pluginUpgrade", input(&again, &bytes), "plugin { id }").await;
    assert_eq!(codes(&again), ["PLUGIN_QUARANTINED"], "{again}");
    quarantine::place(platform, &digest(&later), "也不行", "operator").await.unwrap();
    let disabled = change(tenant, "pluginDisable", &upgraded).await;
    let enabled = tenant.superior.mutate("pluginEnable", named(&disabled), "plugin { id }").await;
    assert_eq!(codes(&enabled), ["PLUGIN_QUARANTINED"], "{enabled}");

    // Let go, it is as it was.
    assert!(quarantine::release(platform, &digest(&later), "operator").await.unwrap());
    assert!(!quarantine::release(platform, &digest(&later), "operator").await.unwrap());
    let enabled = change(tenant, "pluginEnable", &disabled).await;
    assert!(quarantine::release(platform, &sha256, "operator").await.unwrap());
    let back = change(tenant, "pluginRollback", &enabled).await;
    assert_eq!((&back["release"], &back["id"]), (&json!("1.0.0"), &installed["id"]));
}

/// Who has it in a package that today's checks refuse is told like everybody else.
#[tokio::test]
async fn a_tenant_whose_package_is_refused_today_is_told_of_its_component() {
    let world = World::start().await;
    let (tenant, bytes) = (&world.a, component("quarantine three"));
    let files = with_code("\"validate\"", &bytes);
    install(tenant, &files, &bytes).await;
    outgrow(world.server.database_url(), tenant, &files).await;
    let (platform, sha256) = (&world.server.platform, digest(&bytes));
    assert!(quarantine::place(platform, &sha256, "外传数据", "operator").await.unwrap());
    let detail = json!({ "sha256": sha256, "because": "外传数据" });
    let line = json!({ "action": "pluginQuarantine", "actorName": "operator", "detail": detail });
    assert_eq!((records(tenant).await, records(&world.b).await), (json!([line]), json!([])));
    assert!(quarantine::release(platform, &sha256, "operator").await.unwrap());
    assert_eq!(records(tenant).await.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_component_that_imports_what_no_manifest_could_declare_is_placed_by_itself() {
    let world = World::start().await;
    let (tenant, other) = (&world.a, &world.b);
    let wanting = |import: &str| {
        let besides = format!("(import \"{import}\" (instance))");
        Guest { besides: &besides, ..Guest::of(Hook::Validate, NOTHING) }.bytes().unwrap()
    };
    let tried = async |of: &Tenant, bytes: &[u8]| {
        let files: Files = with_code("\"validate\"", bytes);
        let outcome = of.superior.mutate("pluginInstall", input(&files, bytes), "plugin { id }").await;
        (codes(&outcome)[0].to_string(), outcome["userErrors"][0]["message"].as_str().unwrap().to_string())
    };
    let bytes = wanting("wasi:clocks/wall-clock@0.2.0");
    let (code, message) = tried(tenant, &bytes).await;
    assert!(code == "PLUGIN_REFUSED" && message.contains("wasi:clocks"), "{code}: {message}");
    let (code, message) = tried(other, &bytes).await;
    assert!(code == "PLUGIN_QUARANTINED" && message.contains("wasi:clocks"), "{code}: {message}");
    let detail =
        json!({ "sha256": digest(&bytes), "because": "组件导入了 wasi:clocks/wall-clock@0.2.0", "key": "330203.bwly" });
    let line = json!({ "action": "pluginQuarantine", "actorName": "system", "detail": detail });
    assert_eq!((records(tenant).await, records(other).await), (json!([line]), json!([])));
    // What another manifest may declare is refused, and another manifest may still come with it.
    let bytes = wanting("zugong:plugin/core@1.0.0");
    assert_eq!(tried(tenant, &bytes).await.0, "PLUGIN_REFUSED");
    assert_eq!(tried(other, &bytes).await.0, "PLUGIN_REFUSED");
    let known = list::list(&world.server.platform).await.unwrap();
    assert!(!known.iter().any(|row| row.sha256 == digest(&bytes)));
}
