//! What a breaker ends in: rests that stand on record, and in the end out of service for that tenant, or back to the
//! version before, until an administrator says otherwise.

use chrono::TimeDelta;
use host::{Hook, guests::NOTHING};
use serde_json::{Value as Json, json};
use zugong::modules::plugins::{
    code::host,
    retiring::{Failing, Retired, retire},
};
use zugong_tests::{Server, Tenant, World};

use super::{
    approve, change,
    code::{TRAPS, form, guest, input, install, with_code},
    file,
};

/// Lets a plug-in that always traps fail until its breaker has opened for the third time.
async fn fails_for_good(tenant: &Tenant, approval: &Json) {
    let host = host().unwrap();
    let trapped = async || {
        let refused = file(tenant, approval, form("短")).await;
        let message = refused["userErrors"][0]["message"].as_str().unwrap_or_default().to_string();
        assert!(message.contains("PLUGIN_TRAP"), "{refused}");
    };
    for _ in 0..5 {
        trapped().await;
    }
    host.pass(31);
    trapped().await;
    host.pass(61);
    // What this failure leads to is true before it is told of.
    let refused = file(tenant, approval, form("短")).await;
    assert!(refused["case"].is_null(), "{refused}");
}

/// What the platform itself has done to plug-ins, by what it was.
async fn acts(tenant: &Tenant) -> Vec<(String, Json)> {
    let query = "{ auditRecords(where: { actorName: { eq: \"system\" }, action: { startsWith: \"plugin\" } }, \
        orderBy: [{ field: ACTION }]) { nodes { action detail } } }";
    let nodes = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    let line = |node: &Json| (node["action"].as_str().unwrap().to_string(), node["detail"].clone());
    nodes.as_array().unwrap().iter().map(line).collect()
}

async fn plugin(tenant: &Tenant, id: &Json) -> Json {
    tenant.superior.ok("query($id: ID!) { plugin(id: $id) { state release version } }", json!({ "id": id })).await["plugin"]
        .clone()
}

fn rest() -> (String, Json) {
    ("pluginRest".into(), json!({ "because": "breaker" }))
}

/// INV-9. The third rest within an hour takes it out of service.
#[tokio::test]
async fn inv_9_a_plug_in_that_fails_for_good_is_disabled_on_the_record() {
    let world = World::start().await;
    let (tenant, other) = (&world.a, &world.b);
    let (traps, fine) = (guest(Hook::Validate, TRAPS), guest(Hook::Validate, NOTHING));
    let installed = install(tenant, &with_code("\"validate\"", &traps), &traps).await;
    install(other, &with_code("\"validate\"", &fine), &fine).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    fails_for_good(tenant, &approval).await;

    let disabled = plugin(tenant, &installed["id"]).await;
    assert_eq!(disabled["state"], "DISABLED");
    let end = ("pluginDisable".to_string(), json!({ "disabled": true, "because": "breaker" }));
    assert_eq!(acts(tenant).await, [end, rest(), rest()]);
    let theirs = approve(other, "bwly.apply", "applicant", "1").await;
    assert_eq!(file(other, &theirs, form("短")).await["userErrors"], json!([]), "another tenant's works on");
    assert!(acts(other).await.is_empty());

    let again = json!({ "id": installed["id"], "expectedVersion": disabled["version"] });
    tenant.superior.done("pluginEnable", again, "plugin { state }").await;
    let refused = file(tenant, &approval, form("短")).await;
    assert!(
        refused["userErrors"][0]["message"].as_str().unwrap().contains("PLUGIN_TRAP"),
        "it is asked anew: {refused}"
    );
}

/// INV-9. Within a day of an upgrade, it goes back to what worked.
#[tokio::test]
async fn inv_9_an_upgrade_that_fails_for_good_is_rolled_back() {
    let world = World::start().await;
    let tenant = &world.a;
    let (fine, traps) = (guest(Hook::Validate, NOTHING), guest(Hook::Validate, TRAPS));
    let installed = install(tenant, &with_code("\"validate\"", &fine), &fine).await;
    let files = with_code("\"validate\"", &traps).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    tenant.superior.done("pluginUpgrade", input(&files, &traps), "plugin { id }").await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    fails_for_good(tenant, &approval).await;

    let back = plugin(tenant, &installed["id"]).await;
    assert_eq!((&back["state"], &back["release"]), (&json!("ENABLED"), &json!("1.0.0")));
    let gone_back =
        ("pluginRollback".to_string(), json!({ "rolledBack": "1.0.0", "from": "1.0.1", "because": "breaker" }));
    let acts = acts(tenant).await;
    assert_eq!(acts, [rest(), rest(), gone_back]);
    let made = approve(tenant, "bwly.apply", "colleague", "2").await;
    assert_eq!(file(tenant, &made, form("短")).await["userErrors"], json!([]), "it works as before");
}

/// INV-9. An upgrade of last week has no version to go back to that anybody still expects.
#[tokio::test]
async fn inv_9_an_old_upgrade_is_not_rolled_back_and_one_changed_meanwhile_is_left_alone() {
    let world = World::on(Server::apart().await).await;
    let tenant = &world.a;
    let bytes = guest(Hook::Validate, NOTHING);
    let installed = install(tenant, &with_code("\"validate\"", &bytes), &bytes).await;
    let files = with_code("\"validate\"", &bytes).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    tenant.superior.done("pluginUpgrade", input(&files, &bytes), "plugin { id }").await;
    world.server.clock.advance(TimeDelta::hours(25));
    let query = "query($id: ID!) { plugin(id: $id) { key version } }";
    let row = tenant.superior.ok(query, json!({ "id": installed["id"] })).await["plugin"].clone();
    let revision = i32::try_from(row["version"].as_i64().unwrap()).unwrap();
    let key = row["key"].as_str().unwrap().to_string();
    let retire = async |revision| {
        let failing = Failing { tenant: tenant.id, key: key.clone(), revision };
        retire(&world.server.platform, &failing).await.unwrap()
    };
    assert_eq!(retire(revision - 1).await, Retired::Already, "somebody has looked at it since");
    assert_eq!(retire(revision).await, Retired::Disabled);
    assert_eq!(retire(revision).await, Retired::Already, "once");
    let row = plugin(tenant, &installed["id"]).await;
    assert_eq!((&row["state"], &row["release"]), (&json!("DISABLED"), &json!("1.0.1")));
    let enabled = change(tenant, "pluginEnable", &json!({ "id": installed["id"], "version": row["version"] })).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    assert_eq!(file(tenant, &approval, form("短")).await["userErrors"], json!([]), "{enabled}");
}
