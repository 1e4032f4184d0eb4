//! A plug-in's matter runs as any other does.

use serde_json::json;
use zugong_tests::World;

use super::{Files, approve, file, install};

#[tokio::test]
async fn a_submission_is_held_to_the_form_and_the_rules_and_read_in_typed_fields() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let young = json!({ "name": "王小明", "birthDate": "2010-05-01", "kind": "FIRST" });
    let refused = file(tenant, &approval, young).await;
    let error = &refused["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("PLUGIN_RULE"), &json!("input.form.birthDate")), "{refused}");
    assert_eq!(error["message"], "年龄须满18周岁（bwly.age）");
    let wrong = file(tenant, &approval, json!({ "name": "", "kind": "THIRD" })).await;
    assert_eq!(wrong["userErrors"].as_array().unwrap().len(), 3, "{wrong}");

    let fine = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND", "reason": "工作需要" });
    let made = file(tenant, &approval, fine).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    assert_eq!(made["case"]["items"]["nodes"].as_array().unwrap().len(), 2);
    let query = "query($where: Bwly_ApplyWhere!) { bwly_applications(where: $where, orderBy: [{ field: SUBMITTED_AT }]) {
        totalCount pageInfo { hasNextPage } nodes { id name birthDate kind reason case { number items { totalCount } } } } }";
    let conditions = [
        json!({ "kind": { "eq": "SECOND" } }),
        json!({ "birthDate": { "gte": "1990-05-01", "lt": "1990-05-02" } }),
        json!({ "name": { "contains": "明" }, "case": { "state": { "eq": "RUNNING" } } }),
    ];
    for conditions in conditions {
        let read = tenant.superior.ok(query, json!({ "where": conditions })).await["bwly_applications"].clone();
        assert_eq!(read["totalCount"], 1, "{conditions}: {read}");
        assert_eq!(read["nodes"][0]["birthDate"], "1990-05-01");
        assert_eq!(read["nodes"][0]["case"]["items"]["totalCount"], 2);
    }
    let none = tenant.superior.ok(query, json!({ "where": { "kind": { "eq": "FIRST" } } })).await;
    assert_eq!(none["bwly_applications"]["totalCount"], 0);
    let groups = "{ bwly_applyAggregate(groupBy: [KIND]) { groups { key { kind } count } } }";
    let groups = tenant.superior.ok(groups, json!({})).await;
    assert_eq!(groups["bwly_applyAggregate"]["groups"], json!([{ "key": { "kind": "SECOND" }, "count": 1 }]));

    // The agency sees the case, and of the form what its branch sees: through `CaseItem.form`, not here.
    let handler = &tenant.handlers["treasury"];
    let seen = handler.gql("{ bwly_applications { nodes { id name } } }", json!({})).await;
    assert_eq!(seen.body["data"]["bwly_applications"]["nodes"][0]["name"], json!(null), "{}", seen.text);
    assert_eq!(seen.code(), "FORBIDDEN");
    let neighbour = tenant.neighbour.ok("{ bwly_applications { totalCount } }", json!({})).await;
    assert_eq!(neighbour["bwly_applications"]["totalCount"], 0, "out of reach");
}
