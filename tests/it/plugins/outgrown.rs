//! Packages that were taken once and that today's checks refuse: each costs its plug-in, and nothing else of its tenant.

use std::{process::Command, time::Duration};

use serde_json::{Value as Json, json};
use zugong::modules::plugins::connectors::calling::round;
use zugong_tests::{
    Probe, Server, Tenant, World,
    client::{codes, fields},
    database::TestDatabase,
    plant::{Site, program},
};

use super::{
    Files, approve, change, connectors,
    epochs::named,
    install,
    rules::{asked, supply},
};

/// Leaves in the place of a plug-in's package what an earlier release would have taken: with a pattern that repeats what
/// repeats.
pub async fn outgrow(url: &str, tenant: &Tenant, files: &Files) {
    let old = files.clone().with("forms/apply.json", "\"minLength\": 1", "\"pattern\": \"a{9}{9}\"");
    let probe = Probe::of(url, tenant.id).await;
    let change = "update plugin_package set files = $2, digest = $3 where tenant_id = $1 and digest = $4";
    let values = vec![tenant.id.into(), Json::Object(old.0.clone()).into(), old.digest().into(), files.digest().into()];
    probe.run(change, values).await;
    assert_eq!(probe.count_where("plugin_package", "digest = $2", vec![old.digest().into()]).await, 1);
}

/// Sets the kind of a cadre.
async fn set_kind(tenant: &Tenant, kind: &str) -> Json {
    let input = json!({ "object": tenant.id("cadre:applicant"), "values": { "bwly_kind": kind } });
    tenant.superior.mutate("customFieldsSet", input, "cadre { id }").await
}

/// How many cadres are of the second kind.
async fn of_second_kind(tenant: &Tenant) -> Json {
    let query = "{ cadres(where: { ext: { bwly_kind: { eq: SECOND } } }) { totalCount } }";
    tenant.superior.ok(query, json!({})).await["cadres"]["totalCount"].clone()
}

#[tokio::test]
async fn a_package_that_is_refused_today_costs_its_plug_in_and_not_its_tenant() {
    let world = World::start().await;
    let (tenant, old) = (&world.a, Files::new("bwly"));
    install(tenant, &old).await;
    let item = asked(tenant).await;
    assert_eq!(set_kind(tenant, "FIRST").await["userErrors"], json!([]));
    let approval = approve(tenant, "bwly.apply", "colleague", "2").await;
    let good = tenant.superior.done("pluginInstall", Files::new("aaly").input(), "plugin { id version }").await;
    outgrow(world.server.database_url(), tenant, &old).await;
    // A change of the tenant's set goes on, whatever else is in the set.
    change(tenant, "pluginEnable", &good["plugin"]).await;

    let query =
        "query($id: ID!) { cases { nodes { form matter { key } } } cadre(id: $id) { customFields person { name } }
        aaly_applications { totalCount } }";
    let read = tenant.superior.ok(query, json!({ "id": tenant.id("cadre:applicant") })).await;
    let cases = read["cases"]["nodes"].as_array().unwrap();
    let case = cases.iter().find(|case| case["matter"]["key"] == "bwly.apply").unwrap();
    assert_eq!(case["form"]["birthDate"], "1990-05-01", "{case}");
    assert_eq!(read["cadre"]["customFields"], json!({ "bwly_kind": "FIRST" }));
    assert!(read["cadre"]["person"]["name"].is_string());
    assert_eq!(read["aaly_applications"]["totalCount"], 0);
    let typed = tenant.superior.gql("{ bwly_applications { totalCount } }", json!({})).await;
    assert_eq!(typed.code(), "GRAPHQL_VALIDATION_FAILED");
    let schema = tenant.superior.ok("{ __schema { types { name fields { name } } } }", json!({})).await.to_string();
    assert!(schema.contains("aaly_applySubmit") && schema.contains("Aaly_Kind"));
    assert!(!schema.to_lowercase().contains("bwly"), "something of it is in the schema");

    let seen = tenant.superior.ok("{ plugins { nodes { key state refused } } }", json!({})).await;
    let (fine, refused) = (&seen["plugins"]["nodes"][0], &seen["plugins"]["nodes"][1]);
    assert_eq!(*fine, json!({ "key": "330203.aaly", "state": "ENABLED", "refused": null }));
    assert_eq!((&refused["key"], &refused["state"]), (&json!("330203.bwly"), &json!("ENABLED")));
    let words = refused["refused"].as_str().unwrap();
    assert!(words.starts_with("forms/apply.json:8: [PATTERN] ") && words.contains("改法"), "{words}");

    // As if it were disabled: nothing new begins or is written, and what is under way goes on without it.
    let submit = "mutation($input: MatterSubmitInput!) { matterSubmit(input: $input) { case { id } } }";
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
    let input = json!({ "approval": approval, "form": form, "materials": [] });
    assert_eq!(tenant.superior.gql(submit, json!({ "input": input })).await.code(), "PLUGIN_DISABLED");
    assert_eq!(codes(&set_kind(tenant, "SECOND").await), ["UNKNOWN_REFERENCE"]);
    let supplied = supply(tenant, &item, "1991-05-01").await;
    assert_eq!((&supplied["userErrors"], &supplied["caseItem"]["state"]), (&json!([]), &json!("PENDING")));
}

#[tokio::test]
async fn whoever_has_one_disables_it_and_puts_a_better_version_in_its_place() {
    let world = World::start().await;
    let (tenant, old) = (&world.a, Files::new("bwly"));
    let plugin = install(tenant, &old).await;
    let item = asked(tenant).await;
    assert_eq!(set_kind(tenant, "SECOND").await["userErrors"], json!([]));
    outgrow(world.server.database_url(), tenant, &old).await;
    let disabled = change(tenant, "pluginDisable", &plugin).await;
    assert_eq!(disabled["state"], "DISABLED");
    let enabled = tenant.superior.mutate("pluginEnable", named(&disabled), "plugin { id }").await;
    assert_eq!((codes(&enabled), fields(&enabled)), (vec!["PLUGIN_REFUSED"], vec!["input.id"]), "{enabled}");

    // There is data of it all the same: its names keep their types.
    let mended = Files::new("bwly").manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let name = "\"type\": \"string\", \"minLength\": 1, \"maxLength\": 50";
    for retyped in [
        mended.clone().manifest("type = \"code:kind\"", "type = \"text\""),
        mended.clone().with("forms/apply.json", name, "\"type\": \"integer\""),
    ] {
        let refused = tenant.superior.mutate("pluginUpgrade", retyped.input(), "plugin { id }").await;
        assert_eq!(codes(&refused), ["INVALID_VALUE"], "{refused}");
    }
    let selection = "plugin { id version release refused }";
    let upgraded = tenant.superior.done("pluginUpgrade", mended.input(), selection).await["plugin"].clone();
    assert_eq!((&upgraded["release"], &upgraded["refused"]), (&json!("1.0.1"), &json!(null)));
    let enabled = change(tenant, "pluginEnable", &upgraded).await;
    assert_eq!(of_second_kind(tenant).await, 1);
    // The version that is at work speaks for cases of the one that is not known any more.
    assert_eq!(codes(&supply(tenant, &item, "2010-05-01").await), ["PLUGIN_RULE"]);
    assert_eq!(supply(tenant, &item, "1991-05-01").await["userErrors"], json!([]));
    let back = tenant.superior.mutate("pluginRollback", named(&enabled), "plugin { id }").await;
    assert_eq!((codes(&back), fields(&back)), (vec!["PLUGIN_REFUSED"], vec!["input.id"]), "{back}");
}

#[tokio::test]
async fn whoever_has_one_goes_back_to_the_version_before_or_removes_it() {
    let world = World::start().await;
    let (tenant, first) = (&world.a, Files::new("bwly"));
    install(tenant, &first).await;
    assert_eq!(set_kind(tenant, "SECOND").await["userErrors"], json!([]));
    let migrate = "[[migrate]]\nfrom = \"1.0.0\"\nup = { rename = { \"Cadre.kind\" = \"sort\" } }\n\
        down = { rename = { \"Cadre.sort\" = \"kind\" } }\n\n[[rule]]";
    let later = Files::new("bwly")
        .manifest("version = \"1.0.0\"", "version = \"1.1.0\"")
        .manifest("key = \"kind\"\ntitle = \"类别\"\ntype", "key = \"sort\"\ntitle = \"类别\"\ntype")
        .manifest("[[rule]]", migrate);
    let upgraded = tenant.superior.done("pluginUpgrade", later.input(), "plugin { id version }").await;
    outgrow(world.server.database_url(), tenant, &later).await;
    let back = change(tenant, "pluginRollback", &upgraded["plugin"]).await;
    assert_eq!((&back["release"], &back["state"]), (&json!("1.0.0"), &json!("ENABLED")));
    assert_eq!(of_second_kind(tenant).await, 1, "what was renamed has its name again");
    outgrow(world.server.database_url(), tenant, &first).await;
    assert_eq!(change(tenant, "pluginRemove", &back).await["state"], "REMOVED");
}

#[tokio::test]
async fn an_item_that_waits_for_a_system_goes_to_its_agency() {
    let world = World::start().await;
    let (tenant, files) = (&world.a, connectors::files());
    install(tenant, &files).await;
    let case = connectors::apply(tenant, "applicant").await;
    assert_eq!(connectors::items(tenant, &case).await["organisation"]["callState"], "PENDING");
    outgrow(world.server.database_url(), tenant, &files).await;
    round(&world.server.identity, &connectors::local(), tenant.id).await.unwrap();
    let item = connectors::items(tenant, &case).await["organisation"].clone();
    assert_eq!((&item["callState"], &item["callError"]), (&json!("HANDED"), &json!("PLUGIN_DISABLED")), "{item}");
    assert_eq!((&item["state"], &item["pausedOn"]), (&json!("PENDING"), &json!(null)), "{item}");
}

/// A change of one plug-in is prepared for whatever else is in the set.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_are_ready_for_changes_of_the_others() {
    let site = Site::start(1).await;
    let (tenant, superior) = (&site.tenant, site.at(&site.tenant.superior, 0));
    let probe = Probe::of(site.database_url(), tenant.id).await;
    while probe.number("select count(*) from replica", vec![]).await == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    install(tenant, &Files::new("bwly")).await;
    outgrow(site.database_url(), tenant, &Files::new("bwly")).await;
    let selection = "plugin { id version }";
    let good = superior.done("pluginInstall", Files::new("aaly").input(), selection).await["plugin"].clone();
    superior.done("pluginEnable", named(&good), selection).await;
    let query = "{ pluginEpochs { nodes { state plugin { key } acks { nodes { isReady error } } } } }";
    let epoch = superior.ok(query, json!({})).await["pluginEpochs"]["nodes"][0].clone();
    let ready = json!({ "nodes": [{ "isReady": true, "error": null }] });
    assert_eq!(epoch, json!({ "state": "ACTIVE", "plugin": { "key": "330203.aaly" }, "acks": ready }));
    drop(probe);
    site.end().await;
}

/// Before the servers of a release are started, its `doctor` tells what they will refuse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_operates_the_installation_is_told_of_all_of_them() {
    let world = World::on(Server::apart().await).await;
    let (tenant, files) = (&world.a, Files::new("bwly"));
    let says = |arguments: &[&str]| {
        let mut command = Command::new(program());
        let done = command.args(arguments).env("ZUGONG_DATABASE_URL", world.server.database_url()).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    install(tenant, &files).await;
    assert!(says(&["doctor"]).contains("ok     plug-ins: "));
    outgrow(world.server.database_url(), tenant, &files).await;
    let told = says(&["doctor"]);
    let line = format!("WRONG  plug-ins: 330203.bwly 1.0.0 of {} is refused", tenant.code);
    assert!(told.contains(&line) && told.contains("[PATTERN]"), "{told}");
    let listed = says(&["plugin", "list", "--tenant", &tenant.code]);
    assert!(listed.contains("330203.bwly 1.0.0 ENABLED") && listed.contains("[PATTERN]"), "{listed}");
    TestDatabase::of(world.server.database_url()).remove().await;
}
