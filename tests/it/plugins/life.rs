//! How a plug-in comes and goes.

use serde_json::json;
use zugong_tests::{World, client::codes, digest};

use super::{Files, change, install, submit};

#[tokio::test]
async fn a_plug_in_is_shown_confirmed_installed_and_enabled() {
    let world = World::start().await;
    let tenant = &world.a;
    let files = Files::new("bwly");
    let query = "query($files: JSON!) { pluginCheck(files: $files) { digest key title release schemaDifference
        faults { file line code message mend } } }";
    let checked = tenant.superior.ok(query, json!({ "files": files.0 })).await["pluginCheck"].clone();
    assert_eq!(checked["digest"], files.digest());
    let difference = checked["schemaDifference"].as_str().unwrap();
    for line in ["+ type Bwly_Apply implements", "+ type CadreExt", "+ enum Bwly_Kind"] {
        // A view is no Node: the head has nothing behind the name.
        let line = line.trim_end_matches(" implements");
        assert!(difference.contains(line), "{line} is not in {difference}");
    }
    // Whoever has not seen what these files change does not install them.
    let unseen = json!({ "files": files.0, "digest": "0" });
    assert_eq!(codes(&tenant.superior.mutate("pluginInstall", unseen, "plugin { id }").await), ["INVALID_VALUE"]);

    let plugin = install(tenant, &files).await;
    assert_eq!((&plugin["state"], &plugin["release"]), (&json!("ENABLED"), &json!("1.0.0")));
    assert_eq!(
        codes(&tenant.superior.mutate("pluginInstall", files.input(), "plugin { id }").await),
        ["ALREADY_EXISTS"]
    );
    let stale = json!({ "id": plugin["id"], "expectedVersion": 1 });
    assert_eq!(codes(&tenant.superior.mutate("pluginDisable", stale, "plugin { id }").await), ["VERSION_MISMATCH"]);
    let again = json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
    assert_eq!(codes(&tenant.superior.mutate("pluginEnable", again, "plugin { id }").await), ["NOT_IN_STATE"]);

    let offered = tenant
        .applicant
        .ok(
            "{ matters(where: { key: { eq: \"bwly.apply\" } }) { nodes { title state group
        branches { nodes { key handlingUnit { id } } } } } }",
            json!({}),
        )
        .await;
    let matter = &offered["matters"]["nodes"][0];
    assert_eq!(
        (&matter["title"], &matter["state"], &matter["group"]),
        (&json!("编外录用申请"), &json!("ACTIVE"), &json!("COUNTY"))
    );
    assert_eq!(matter["branches"]["nodes"][0]["handlingUnit"]["id"], tenant.id("agency:organisation"));
    let records = tenant
        .audit
        .ok("{ auditRecords(where: { action: { startsWith: \"plugin\" } }) { nodes { action } } }", json!({}))
        .await;
    let actions =
        records["auditRecords"]["nodes"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap());
    let mut actions: Vec<&str> = actions.collect();
    actions.sort_unstable();
    assert_eq!(actions, ["pluginEnable", "pluginInstall", "pluginRefuse"], "once each, what was not taken among them");
}

#[tokio::test]
async fn a_broken_plug_in_leaves_nothing_behind() {
    let world = World::start().await;
    let tenant = &world.a;
    let broken = Files::new("bwly").manifest("agency = \"财政\"", "agency = \"海事局\"");
    let query = "query($files: JSON!) { pluginCheck(files: $files) { digest faults { file line code mend } } }";
    let checked = tenant.superior.ok(query, json!({ "files": broken.0 })).await["pluginCheck"].clone();
    let fault = &checked["faults"][0];
    assert_eq!(
        (&checked["digest"], &fault["code"], &fault["file"]),
        (&json!(null), &json!("UNKNOWN_AGENCY"), &json!("plugin.toml"))
    );
    assert!(fault["line"].as_i64().unwrap() > 30 && fault["mend"].as_str().unwrap().contains("财政"), "{fault}");
    let before = digest(&world.server, tenant.id).await;
    let refused = tenant.superior.mutate("pluginInstall", broken.input(), "plugin { id }").await;
    assert_eq!(codes(&refused), ["PLUGIN_REFUSED"]);
    // A unit that the tenant has not: found out when the matters are put in, after the rows of the plug-in.
    let nowhere = Files::new("bwly").manifest("agency = \"财政\"", "agency = \"unit:11330203MB99999999\"");
    let installed =
        tenant.superior.done("pluginInstall", nowhere.input(), "plugin { id version }").await["plugin"].clone();
    let input = json!({ "id": installed["id"], "expectedVersion": installed["version"] });
    let between = digest(&world.server, tenant.id).await;
    assert_eq!(codes(&tenant.superior.mutate("pluginEnable", input, "plugin { id }").await), ["UNKNOWN_REFERENCE"]);
    assert_eq!(between, digest(&world.server, tenant.id).await);
    assert_ne!(before, between);
    // An administrator of a part of the tenant does not decide for all of it.
    let files = Files::new("other");
    let document = "mutation($input: PluginInstallInput!) { pluginInstall(input: $input) { plugin { id } } }";
    assert_eq!(tenant.senior.gql(document, json!({ "input": files.input() })).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn an_upgrade_leaves_cases_under_way_alone_and_can_be_taken_back() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
    let first = submit(tenant, "bwly.apply", "applicant", "编〔2025〕1", form.clone()).await;
    assert_eq!(first["case"]["matter"]["number"], 1, "{first}");

    let later = Files::new("bwly")
        .manifest("version = \"1.0.0\"", "version = \"1.1.0\"")
        .manifest("limit_days = 2 ", "limit_days = 3 ")
        .manifest("key = \"kind\"\ntitle = \"类别\"\ntype", "key = \"sort\"\ntitle = \"类别\"\ntype");
    let later = Files(later.0).manifest(
        "[[rule]]",
        "[[migrate]]\nfrom = \"1.0.0\"\nup = { rename = { \"Cadre.kind\" = \"sort\" } }\ndown = { rename = { \"Cadre.sort\" = \"kind\" } }\n\n[[rule]]",
    );
    let set = json!({ "object": tenant.id("cadre:applicant"), "values": { "bwly_kind": "SECOND" } });
    tenant.superior.done("customFieldsSet", set, "cadre { ext { bwly_kind } }").await;
    // What may be there stays what it is.
    let retyped = Files::new("bwly")
        .manifest("version = \"1.0.0\"", "version = \"1.2.0\"")
        .manifest("type = \"code:kind\"", "type = \"text\"");
    assert_eq!(
        codes(&tenant.superior.mutate("pluginUpgrade", retyped.input(), "plugin { id }").await),
        ["INVALID_VALUE"]
    );
    assert_eq!(
        codes(&tenant.superior.mutate("pluginUpgrade", Files::new("bwly").input(), "plugin { id }").await),
        ["INVALID_VALUE"]
    );
    let upgraded =
        tenant.superior.done("pluginUpgrade", later.input(), "plugin { id version release previousRelease }").await;
    assert_eq!(upgraded["plugin"]["previousRelease"], "1.0.0");
    let read = "{ cadres(where: { ext: { bwly_sort: { eq: SECOND } } }) { nodes { id ext { bwly_sort } } } }";
    let found = tenant.superior.ok(read, json!({})).await;
    assert_eq!(found["cadres"]["nodes"][0]["id"], tenant.id("cadre:applicant"), "{found}");

    let second = submit(tenant, "bwly.apply", "colleague", "编〔2025〕2", form).await;
    assert_eq!(second["case"]["matter"]["number"], 2, "{second}");
    let query = "query($id: ID!) { case(id: $id) { matter { number state } } }";
    let kept = tenant.superior.ok(query, json!({ "id": first["case"]["id"] })).await;
    assert_eq!(kept["case"]["matter"], json!({ "number": 1, "state": "SUPERSEDED" }));

    let back = change(tenant, "pluginRollback", &upgraded["plugin"]).await;
    assert_eq!((&back["release"], &back["state"]), (&json!("1.0.0"), &json!("ENABLED")));
    let found =
        tenant.superior.ok("{ cadres(where: { ext: { bwly_kind: { eq: SECOND } } }) { totalCount } }", json!({})).await;
    assert_eq!(found["cadres"]["totalCount"], 1);
    let again = json!({ "id": back["id"], "expectedVersion": back["version"] });
    assert_eq!(codes(&tenant.superior.mutate("pluginRollback", again, "plugin { id }").await), ["NOT_IN_STATE"]);
}

/// A version that was taken back may have left values, too.
#[tokio::test]
async fn a_field_of_a_version_that_was_taken_back_keeps_its_type() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let with = |version: &str, kind: &str| {
        let field =
            format!("[[field]]\ntarget = \"Unit\"\nkey = \"share\"\ntitle = \"份额\"\ntype = \"{kind}\"\n\n[[matter]]");
        Files::new("bwly")
            .manifest("version = \"1.0.0\"", &format!("version = \"{version}\""))
            .manifest("[[matter]]", &field)
    };
    let upgraded = tenant.superior.done("pluginUpgrade", with("1.1.0", "text").input(), "plugin { id version }").await;
    let set = json!({ "object": tenant.id("town"), "values": { "bwly_share": "三成" } });
    tenant.superior.done("customFieldsSet", set, "unit { id }").await;
    change(tenant, "pluginRollback", &upgraded["plugin"]).await;
    let retyped = tenant.superior.mutate("pluginUpgrade", with("1.2.0", "integer").input(), "plugin { id }").await;
    assert_eq!(codes(&retyped), ["INVALID_VALUE"]);
    tenant.superior.done("pluginUpgrade", with("1.2.0", "text").input(), "plugin { id }").await;
    let query = "query($id: ID!) { unit(id: $id) { ext { bwly_share } } }";
    let read = tenant.superior.ok(query, json!({ "id": tenant.id("town") })).await;
    assert_eq!(read["unit"]["ext"]["bwly_share"], "三成");
}

#[tokio::test]
async fn what_a_removed_plug_in_leaves_stays_readable_and_comes_back_with_it() {
    let world = World::start().await;
    let tenant = &world.a;
    let files = Files::new("bwly");
    let plugin = install(tenant, &files).await;
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
    let case = submit(tenant, "bwly.apply", "applicant", "编〔2025〕1", form.clone()).await["case"]["id"].clone();
    let set = json!({ "object": tenant.id("cadre:applicant"), "values": { "bwly_kind": "FIRST" } });
    tenant.superior.done("customFieldsSet", set, "cadre { ext { bwly_kind } }").await;
    let removed = change(tenant, "pluginRemove", &plugin).await;
    assert_eq!(removed["state"], "REMOVED");
    let typed = tenant.superior.gql("{ bwly_applications { totalCount } }", json!({})).await;
    assert_eq!(typed.code(), "GRAPHQL_VALIDATION_FAILED");
    let query = "query($case: ID!, $cadre: ID!) { case(id: $case) { form } cadre(id: $cadre) { customFields } }";
    let variables = json!({ "case": case, "cadre": tenant.id("cadre:applicant") });
    let read = tenant.superior.ok(query, variables).await;
    assert_eq!(read["case"]["form"], form);
    assert_eq!(read["cadre"]["customFields"], json!({ "bwly_kind": "FIRST" }));
    let input = json!({ "matterKey": "bwly.apply", "cadre": tenant.id("cadre:colleague"), "documentNumber": "9", "effectiveMonth": "2025-10" });
    assert_eq!(
        codes(&tenant.superior.mutate("approvalCreate", input, "approval { id }").await),
        ["MATTER_NOT_OFFERED"]
    );
    // Its prefix stays its own.
    let other = Files::new("bwly").manifest("330203.bwly", "330203.other");
    assert_eq!(
        codes(&tenant.superior.mutate("pluginInstall", other.input(), "plugin { id }").await),
        ["ALREADY_EXISTS"]
    );
    install(tenant, &files).await;
    let back = tenant.superior.ok("{ bwly_applications { nodes { name kind } } cadres(where: { ext: { bwly_kind: { eq: FIRST } } }) { totalCount } }", json!({})).await;
    assert_eq!(
        back,
        json!({ "bwly_applications": { "nodes": [{ "name": "王明", "kind": "FIRST" }] }, "cadres": { "totalCount": 1 } })
    );
}
