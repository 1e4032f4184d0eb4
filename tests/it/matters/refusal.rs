//! What is refused, all at once, and what the catalogue says.

use zugong_tests::client::fields;

use super::*;

#[tokio::test]
async fn h_01_h_03_every_fault_of_a_submission_is_listed_at_once() {
    let world = World::start().await;
    let tenant = &world.a;
    let applicant = &tenant.applicant;
    let none = json!({ "form": {}, "materials": [] });
    assert_eq!(codes(&applicant.mutate("matterSubmit", none, "case { id }").await), ["APPROVAL_REQUIRED"]);
    let approval = approve(tenant, "applicant", "2025-07").await;
    // Another tenant's, and one of a cadre out of reach.
    for stranger in [&world.b.applicant, &tenant.neighbour] {
        let input = json!({ "approval": approval["id"], "form": {}, "materials": [] });
        assert_eq!(codes(&stranger.mutate("matterSubmit", input, "case { id }").await), ["APPROVAL_REQUIRED"]);
    }
    let mut form = form(tenant, "applicant");
    form["idNumber"] = json!("330602199003070024");
    form["phone"] = json!("1");
    form.as_object_mut().unwrap().remove("bankName");
    let input = json!({ "approval": approval["id"], "form": form, "materials": [] });
    let refused = applicant.mutate("matterSubmit", input, "case { id }").await;
    let mut found = fields(&refused);
    found.sort_unstable();
    let expected = [
        "input.form.bankName",
        "input.form.idNumber",
        "input.form.phone",
        "input.materials.application",
        "input.materials.archive-birth",
        "input.materials.bank-card",
        "input.materials.id-card",
    ];
    assert_eq!(found, expected, "{refused}");
    assert!(codes(&refused).contains(&"READ_ONLY_SOURCE"));
    let cases = applicant.ok("{ cases { totalCount } }", json!({})).await;
    assert_eq!(cases, json!({ "cases": { "totalCount": 0 } }));
}

#[tokio::test]
async fn d_02_d_06_an_approval_is_refused_with_the_rules_code() {
    let world = World::start().await;
    let tenant = &world.a;
    let refused = async |who: &str, month: &str| {
        let input = json!({ "matterKey": "retirement", "cadre": tenant.id(&format!("cadre:{who}")),
                            "documentNumber": "1", "effectiveMonth": month });
        let payload = tenant.superior.mutate("approvalCreate", input, "approval { id }").await;
        codes(&payload).first().map(|c| c.to_string()).unwrap_or_default()
    };
    assert_eq!(refused("applicant", "2025-04").await, "RETIREMENT_TOO_EARLY");
    assert_eq!(refused("applicant", "2025-06").await, "NOTICE_TOO_SHORT");
    assert_eq!(refused("applicant", "2025-08").await, "RETIREMENT_LATE_REFUSED");
    assert_eq!(refused("applicant", "2025-13").await, "INVALID_FORMAT");
    let unknown = json!({ "matterKey": "nothing", "cadre": tenant.id("cadre:applicant"), "documentNumber": "1",
                          "effectiveMonth": "2025-07" });
    assert_eq!(
        codes(&tenant.superior.mutate("approvalCreate", unknown, "approval { id }").await),
        ["MATTER_NOT_OFFERED"]
    );
    assert_eq!(tenant.junior.gql("mutation($input: ApprovalCreateInput!) { approvalCreate(input: $input) { approval { id } } }",
        json!({ "input": { "matterKey": "retirement", "cadre": tenant.id("cadre:applicant"), "documentNumber": "1",
                           "effectiveMonth": "2025-07" } })).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn h_02_the_catalogue_counts_by_group_and_reports_the_reduction() {
    let world = World::start().await;
    let query = "{ matters(first: 100) { nodes { key group materialsBefore materialsNow materialReduction visits
        branches { nodes { key dutyItem step handlingUnit { name } } } } } }";
    let matters = world.a.applicant.ok(query, json!({})).await["matters"]["nodes"].clone();
    let count = |group: &str| matters.as_array().unwrap().iter().filter(|m| m["group"] == group).count();
    assert_eq!([count("PROVINCIAL_BASE"), count("PROVINCIAL_LINKED"), count("CITY"), count("COUNTY")], [9, 10, 0, 2]);
    let retirement = matters.as_array().unwrap().iter().find(|m| m["key"] == "retirement").unwrap();
    assert_eq!((&retirement["materialsBefore"], &retirement["materialsNow"]), (&json!(22), &json!(5)));
    assert_eq!((&retirement["materialReduction"], &retirement["visits"]), (&json!("77.3"), &json!(0)));
    assert_eq!(retirement["branches"]["nodes"].as_array().unwrap().len(), 7);
}
