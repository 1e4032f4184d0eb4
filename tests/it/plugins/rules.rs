//! A plug-in's rules beyond the submission: when an agency's question is answered, and after the plug-in has changed.

use serde_json::{Value as Json, json};
use zugong_tests::{Tenant, World, client::codes};

use super::{Files, change, install, submit};

const ITEM: &str = "caseItem { id state version case { form } }";

/// A case whose first agency asks for another birth date.
pub async fn asked(tenant: &Tenant) -> Json {
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
    let case = submit(tenant, "bwly.apply", "applicant", "1", form).await["case"].clone();
    let query = "query($id: ID!) { case(id: $id) { items { nodes { id key version } } } }";
    let items = tenant.superior.ok(query, json!({ "id": case["id"] })).await;
    let item = items["case"]["items"]["nodes"].as_array().unwrap().iter().find(|i| i["key"] == "organisation").cloned();
    let item = item.unwrap();
    let input = json!({ "id": item["id"], "expectedVersion": item["version"], "reason": "出生日期有误", "fields": ["birthDate"] });
    let asking = &tenant.handlers["organisation"];
    asking.done("caseItemRequestSupplement", input, "caseItem { id version }").await["caseItem"].clone()
}

pub async fn supply(tenant: &Tenant, item: &Json, birth: &str) -> Json {
    let input = json!({ "id": item["id"], "expectedVersion": item["version"], "fields": { "birthDate": birth } });
    tenant.superior.mutate("caseItemSupply", input, ITEM).await
}

#[tokio::test]
async fn h_03_a_supplement_is_held_to_the_rules_of_the_submission() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let item = asked(tenant).await;
    let refused = supply(tenant, &item, "2010-05-01").await;
    let error = &refused["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("PLUGIN_RULE"), &json!("input.fields.birthDate")),
        "{refused}"
    );
    // What is no date is told by the form, and the rule is not asked.
    let wrong = supply(tenant, &item, "1990-13-01").await;
    assert_eq!(wrong["userErrors"].as_array().unwrap().len(), 1, "{wrong}");
    assert_ne!(codes(&wrong), ["PLUGIN_RULE"]);
    let fine = supply(tenant, &item, "1991-05-01").await;
    assert_eq!((&fine["userErrors"], &fine["caseItem"]["state"]), (&json!([]), &json!("PENDING")), "{fine}");
    assert_eq!(fine["caseItem"]["case"]["form"]["birthDate"], "1991-05-01");
}

#[tokio::test]
async fn a_case_keeps_the_rules_that_it_began_with() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let item = asked(tenant).await;
    let stricter = Files::new("bwly").manifest("1.0.0", "1.1.0").manifest(">= 18", ">= 60");
    let upgraded = tenant.superior.done("pluginUpgrade", stricter.input(), "plugin { id version }").await;
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
    let refused = submit(tenant, "bwly.apply", "colleague", "2", form).await;
    assert_eq!(codes(&refused), ["PLUGIN_RULE"], "who begins now is held to what holds now");
    let young = supply(tenant, &item, "2010-05-01").await;
    assert_eq!(codes(&young), ["PLUGIN_RULE"], "the old rule still holds");
    // The plug-in is not at work any more: cases under way go on all the same.
    change(tenant, "pluginDisable", &upgraded["plugin"]).await;
    let fine = supply(tenant, &item, "1991-05-01").await;
    assert_eq!(fine["userErrors"], json!([]), "{fine}");
}

#[tokio::test]
async fn a_matter_that_an_upgrade_leaves_alone_is_not_published_anew() {
    let world = World::start().await;
    let tenant = &world.a;
    let first = install(tenant, &Files::new("bwly")).await;
    let versions = async || {
        let query = "{ matters(where: { key: { eq: \"bwly.apply\" } }, orderBy: [{ field: NUMBER }]) { nodes { id number state } } }";
        tenant.superior.ok(query, json!({})).await["matters"]["nodes"].clone()
    };
    let begun = versions().await;
    assert_eq!(begun.as_array().unwrap().len(), 1);
    let disabled = change(tenant, "pluginDisable", &first).await;
    assert_eq!(versions().await[0]["state"], "SUPERSEDED");
    change(tenant, "pluginEnable", &disabled).await;
    assert_eq!(versions().await, begun, "enabled again");
    // Another field of cadres: nothing that the matter says.
    let later = Files::new("bwly").manifest("1.0.0", "1.1.0").manifest(
        "[[matter]]",
        "[[field]]\ntarget = \"Unit\"\nkey = \"quota\"\ntitle = \"名额\"\ntype = \"integer\"\n\n[[matter]]",
    );
    let upgraded = tenant.superior.done("pluginUpgrade", later.input(), "plugin { id version }").await;
    assert_eq!(versions().await, begun, "upgraded");
    // A rule is part of the matter.
    let stricter = Files(later.0.clone()).manifest("1.1.0", "1.2.0").manifest(">= 18", ">= 60");
    let stricter = tenant.superior.done("pluginUpgrade", stricter.input(), "plugin { id version }").await;
    let states = |all: &Json| {
        all.as_array().unwrap().iter().map(|m| m["state"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(states(&versions().await), ["SUPERSEDED", "ACTIVE"]);
    let back = change(tenant, "pluginRollback", &stricter["plugin"]).await;
    assert_eq!(states(&versions().await), ["ACTIVE", "SUPERSEDED"], "back to the version that was there: {upgraded}");
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
    let made = submit(tenant, "bwly.apply", "applicant", "1", form).await;
    assert_eq!((&made["case"]["matter"]["number"], &back["release"]), (&json!(1), &json!("1.1.0")), "{made}");
}
