//! The course of a case: from the first submission to its end or its reversal.

use zugong::modules::matters::jobs::apply_due_effects_of;
use zugong_tests::Probe;

use super::*;

#[tokio::test]
async fn h_03_seven_items_start_at_once_and_the_last_one_completes_the_case() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    assert_eq!((&case["itemsTotal"], &case["itemsDone"]), (&json!(7), &json!(0)));
    for key in AGENCIES {
        let item = item(&case, key);
        assert_eq!((&item["state"], &item["dueOn"]), (&json!("PENDING"), &json!("2025-09-24")), "{key}");
    }
    // The same approval once more is the same case.
    let input = json!({ "approval": approval["id"], "form": {}, "materials": [] });
    let again = tenant.applicant.done("matterSubmit", input, "case { id }").await;
    assert_eq!(again["case"]["id"], case["id"]);

    let (last, first) = AGENCIES.split_last().unwrap();
    for key in first {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    let running = read(&tenant.applicant, &case["id"]).await;
    assert_eq!((&running["state"], &running["itemsDone"]), (&json!("RUNNING"), &json!(6)));
    finish(&tenant.handlers[last], &item(&case, last)).await;
    let done = read(&tenant.applicant, &case["id"]).await;
    assert_eq!((&done["state"], &done["offlineSteps"], &done["workedDays"]), (&json!("DONE"), &json!(0), &json!(0)));
    // 2025-07 is past: the retirement is in force since its end.
    let query = "query($id: ID!) { cadre(id: $id) { state stateSince appointments { nodes { endedOn } } } }";
    let cadre = tenant.superior.ok(query, json!({ "id": tenant.id("cadre:applicant") })).await["cadre"].clone();
    assert_eq!((&cadre["state"], &cadre["stateSince"]), (&json!("RETIRED"), &json!("2025-08-01")));
    assert_eq!(cadre["appointments"]["nodes"], json!([{ "endedOn": "2025-07-31" }]));
    let statistics = "{ matterStatistics(matterKey: \"retirement\", from: \"2025-09-01\", to: \"2025-09-30\") {
        total running done meanWorkedDays p95WorkedDays baselineDays limitDays materialsBefore materialsNow
        materialReduction offlineSteps byLevel { level total } returned { items } } }";
    let figures = tenant.superior.ok(statistics, json!({})).await["matterStatistics"].clone();
    assert_eq!((&figures["done"], &figures["materialReduction"]), (&json!(1), &json!("77.3")));
    assert_eq!(figures["byLevel"][2], json!({ "level": "COUNTY", "total": 1 }));
    assert_eq!(tenant.junior.gql(statistics, json!({})).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn h_03_two_agencies_finish_the_last_two_items_at_once() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let (last, first) = AGENCIES.split_at(5);
    for key in last {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    let (one, two) = (item(&case, first[0]), item(&case, first[1]));
    tokio::join!(finish(&tenant.handlers[first[0]], &one), finish(&tenant.handlers[first[1]], &two));
    let query = "query($id: ID!) { case(id: $id) { state steps(first: 100) { nodes { action } } } }";
    let case = tenant.applicant.ok(query, json!({ "id": case["id"] })).await["case"].clone();
    assert_eq!(case["state"], "DONE");
    let steps = case["steps"]["nodes"].as_array().unwrap();
    assert_eq!(steps.iter().filter(|s| s["action"] == "COMPLETE").count(), 1);
}

#[tokio::test]
async fn d_06_a_month_to_come_takes_effect_by_the_timer_once() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "colleague", "2025-12").await;
    let case = submit(tenant, &tenant.junior, "colleague", &approval).await;
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    assert_eq!(register(&world, "colleague").await, (CadreState::Retiring, "2025-09-22".into(), 0));
    let day = |text: &str| text.parse().unwrap();
    world.server.clock.set(day("2025-12-31T15:59:59Z"));
    apply_due_effects_of(&world.server.platform, tenant.id).await.unwrap();
    assert_eq!(register(&world, "colleague").await.0, CadreState::Retiring);
    world.server.clock.set(day("2025-12-31T16:00:00Z"));
    let (a, b) = tokio::join!(
        apply_due_effects_of(&world.server.platform, tenant.id),
        apply_due_effects_of(&world.server.platform, tenant.id)
    );
    assert!(a.unwrap() + b.unwrap() >= 1);
    assert_eq!(register(&world, "colleague").await, (CadreState::Retired, "2026-01-01".into(), 1));
}

#[tokio::test]
async fn h_01_a_revoked_approval_ends_a_case_or_opens_a_reversal() {
    let world = World::start().await;
    let tenant = &world.a;
    let revoke = async |approval: &Json| {
        let input = json!({ "id": approval["id"], "expectedVersion": 1, "reason": "审批有误" });
        let chosen =
            "approval { state cases { nodes { id kind state itemsTotal items { nodes { id key state version } } } } }";
        tenant.superior.done("approvalRevoke", input, chosen).await["approval"]["cases"]["nodes"].clone()
    };
    let early = approve(tenant, "applicant", "2025-07").await;
    submit(tenant, &tenant.applicant, "applicant", &early).await;
    let cases = revoke(&early).await;
    assert_eq!((cases.as_array().unwrap().len(), &cases[0]["state"]), (1, &json!("CANCELLED")));
    assert!(cases[0]["items"]["nodes"].as_array().unwrap().iter().all(|i| i["state"] == "CANCELLED"));
    let input = json!({ "approval": early["id"], "form": {}, "materials": [] });
    assert_eq!(codes(&tenant.applicant.mutate("matterSubmit", input, "case { id }").await), ["APPROVAL_REVOKED"]);

    let late = approve(tenant, "colleague", "2025-12").await;
    let case = submit(tenant, &tenant.junior, "colleague", &late).await;
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    let cases = revoke(&late).await;
    let reversal = cases.as_array().unwrap().iter().find(|c| c["kind"] == "REVERSAL").unwrap();
    assert_eq!((&reversal["state"], &reversal["itemsTotal"]), (&json!("RUNNING"), &json!(7)));
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(reversal, key)).await;
    }
    assert_eq!(register(&world, "colleague").await, (CadreState::Serving, "1990-01-01".into(), 0));
    // Nothing is left for the timer.
    world.server.clock.set("2026-01-05T01:00:00Z".parse().unwrap());
    apply_due_effects_of(&world.server.platform, tenant.id).await.unwrap();
    assert_eq!(register(&world, "colleague").await, (CadreState::Serving, "1990-01-01".into(), 0));
}

#[tokio::test]
async fn d_06_a_reversal_leaves_the_register_alone_where_the_person_stands_elsewhere_by_now() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    assert_eq!(register(&world, "applicant").await.0, CadreState::Retired);
    let query = "query($id: ID!) { cadre(id: $id) { person { id } unit { id } } }";
    let old = tenant.junior.ok(query, json!({ "id": tenant.id("cadre:applicant") })).await["cadre"].clone();
    let anew = json!({ "person": old["person"]["id"], "unit": old["unit"]["id"], "kind": "PUBLIC_INSTITUTION",
        "category": "M60", "archiveBirth": "1965-05", "workStarted": "1985-08", "contributionMonths": 400,
        "title": "返聘专家", "level": "NO_LEADERSHIP" });
    tenant.junior.done("cadreCreate", anew, "cadre { id }").await;
    let input = json!({ "id": approval["id"], "expectedVersion": 1, "reason": "审批有误" });
    let chosen = "approval { cases { nodes { id kind items { nodes { id key state version } } } } }";
    let cases = tenant.superior.done("approvalRevoke", input, chosen).await["approval"]["cases"]["nodes"].clone();
    let reversal = cases.as_array().unwrap().iter().find(|c| c["kind"] == "REVERSAL").unwrap();
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(reversal, key)).await;
    }
    assert_eq!(register(&world, "applicant").await.0, CadreState::Retired);
}

#[tokio::test]
async fn d_06_what_a_revoked_approval_would_have_brought_is_looked_at_once() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "colleague", "2025-12").await;
    let case = submit(tenant, &tenant.junior, "colleague", &approval).await;
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    let input = json!({ "id": approval["id"], "expectedVersion": 1, "reason": "审批有误" });
    tenant.superior.done("approvalRevoke", input, "approval { state }").await;
    world.server.clock.set("2026-01-05T01:00:00Z".parse().unwrap());
    apply_due_effects_of(&world.server.platform, tenant.id).await.unwrap();
    assert_eq!(register(&world, "colleague").await.0, CadreState::Retiring, "until the reversal is through");
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    assert_eq!(probe.count_where("personnel_effect", "applied_at is null", vec![]).await, 0);
}

#[tokio::test]
async fn h_03_a_withdrawn_case_may_be_submitted_anew() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let input = json!({ "id": case["id"], "expectedVersion": case["version"], "reason": "填错" });
    let withdrawn = tenant.applicant.done("caseWithdraw", input, "case { state lamp }").await;
    assert_eq!(withdrawn["case"], json!({ "state": "CANCELLED", "lamp": null }));
    let again = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    assert_ne!(again["id"], case["id"]);
    finish(&tenant.handlers["medical"], &item(&again, "medical")).await;
    let now = read(&tenant.applicant, &again["id"]).await;
    let input = json!({ "id": now["id"], "expectedVersion": now["version"], "reason": "填错" });
    assert_eq!(codes(&tenant.applicant.mutate("caseWithdraw", input, "case { id }").await), ["NOT_IN_STATE"]);
}

/// Invariant 8: what is finished stays as it was, whoever asks and whatever the clock says later.
#[tokio::test]
async fn inv_8_a_finished_case_never_changes() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    let done = read(&tenant.applicant, &case["id"]).await;
    for (field, more) in [
        ("caseItemAccept", json!({})),
        ("caseItemReturn", json!({ "reason": "晚了" })),
        ("caseItemRequestSupplement", json!({ "reason": "晚了", "fields": ["phone"] })),
        ("caseItemFinish", json!({ "result": "再办一次" })),
    ] {
        let finished = item(&done, "medical");
        let mut input = json!({ "id": finished["id"], "expectedVersion": finished["version"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payload = tenant.handlers["medical"].mutate(field, input, "caseItem { id }").await;
        assert_eq!(codes(&payload), ["NOT_IN_STATE"], "{field}");
    }
    let input = json!({ "id": case["id"], "expectedVersion": done["version"], "reason": "反悔" });
    let payload = tenant.applicant.mutate("caseWithdraw", input, "case { id }").await;
    assert_eq!(codes(&payload), ["NOT_IN_STATE"]);
    world.server.clock.advance(chrono::TimeDelta::minutes(10));
    assert_eq!(read(&tenant.applicant, &case["id"]).await, done);
}
