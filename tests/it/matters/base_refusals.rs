//! What the rules of the base matters refuse, each under its own code at the field that is meant.

use super::{
    base::{approval_of, entry_of, publicity, rank, recruit, transfer},
    *,
};

async fn refused(tenant: &Tenant, input: Json) -> Vec<String> {
    tenant.refused_base(input).await.into_iter().map(|(code, field)| format!("{code} {field}")).collect()
}

#[tokio::test]
async fn b_02_b_03_b_05_b_06_ranks_are_refused_by_the_rule_that_is_broken() {
    let world = World::start().await;
    let tenant = &world.a;
    let of = |position: Json| approval_of(tenant, "rank-change", "applicant", "2025-09", ("position", position));
    assert_eq!(refused(tenant, of(rank("CONSULTANT_3", "2010-01-01"))).await, ["NOT_STEPWISE input.position.rank"]);
    assert_eq!(refused(tenant, of(rank("CONSULTANT_4", "2024-02-01"))).await, ["TENURE_TOO_SHORT input.position.rank"]);
    let mut full = rank("CONSULTANT_4", "2020-02-01");
    full["quota"]["posts"] = json!(9);
    assert_eq!(refused(tenant, of(full)).await, ["QUOTA_EXCEEDED input.position.quota"]);
    let mut unsaid = rank("CONSULTANT_4", "2020-02-01");
    unsaid.as_object_mut().unwrap().retain(|key, _| key != "quota" && key != "rankSince");
    assert_eq!(refused(tenant, of(unsaid)).await, ["REQUIRED input.position.rankSince"]);
    for (publicity, code) in [
        (json!({ "publishedOn": "2025-09-12", "until": "2025-09-18" }), "PUBLICITY_TOO_SHORT"),
        (json!({ "publishedOn": "2025-09-15", "until": "2025-09-22" }), "PUBLICITY_NOT_OVER"),
        (
            json!({ "publishedOn": "2025-09-12", "until": "2025-09-19", "objections": [{ "raisedOn": "2025-09-15" }] }),
            "OBJECTION_OPEN",
        ),
    ] {
        let mut short = rank("CONSULTANT_4", "2020-02-01");
        short["publicity"] = publicity;
        assert_eq!(refused(tenant, of(short)).await, [format!("{code} input.position.publicity.until")]);
    }
    let post = json!({ "title": "副书记", "level": "DIVISION_DEPUTY", "posts": { "approved": 1, "taken": 1 }, "publicity": publicity() });
    assert_eq!(refused(tenant, of(post)).await, ["POSTS_EXCEEDED input.position.posts.approved"]);
    // A year that was excellent shortens the term by half a year.
    let mut excellent = rank("CONSULTANT_4", "2024-02-01");
    excellent["results"] = json!([{ "year": 2024, "grade": "EXCELLENT", "approvedOn": "2025-03-10" }]);
    tenant.approve_base(of(excellent.clone())).await;
    let mut twice = of(excellent);
    twice["documentNumber"] = json!("再批");
    assert_eq!(refused(tenant, twice).await, ["ALREADY_EXISTS input.cadre"]);
    // What is approved and not yet done counts: the last place of the quota is given once.
    let mut last = rank("CONSULTANT_4", "2020-02-01");
    last["quota"]["posts"] = json!(10);
    let last = approval_of(tenant, "rank-change", "colleague", "2025-09", ("position", last));
    assert_eq!(refused(tenant, last).await, ["QUOTA_EXCEEDED input.position.quota"]);
}

#[tokio::test]
async fn b_01_workers_have_no_rank_and_facts_of_another_matter_are_refused() {
    let world = World::start().await;
    let tenant = &world.a;
    let change =
        json!({ "id": tenant.id("cadre:stranger"), "expectedVersion": 1, "kind": "PUBLIC_INSTITUTION", "rank": null });
    tenant.superior.done("cadreUpdate", change, "cadre { id }").await;
    let input = approval_of(tenant, "rank-change", "stranger", "2025-09", ("position", rank("CLERK_2", "2020-01-01")));
    let found = refused(tenant, input).await;
    assert!(found.contains(&"RANK_NOT_APPLICABLE input.position.rank".to_string()), "{found:?}");
    let mut mixed =
        approval_of(tenant, "retirement", "applicant", "2025-07", ("position", rank("CLERK_2", "2020-01-01")));
    assert_eq!(refused(tenant, mixed.clone()).await, ["INVALID_VALUE input.position"]);
    mixed["matterKey"] = json!("rank-change");
    mixed.as_object_mut().unwrap().remove("position");
    assert_eq!(refused(tenant, mixed.clone()).await, ["REQUIRED input.position"]);
    mixed.as_object_mut().unwrap().remove("cadre");
    assert_eq!(refused(tenant, mixed).await, ["REQUIRED input.cadre"]);
}

#[tokio::test]
async fn f_11_what_bars_a_resignation_is_listed_all_at_once() {
    let world = World::start().await;
    let tenant = &world.a;
    let mut facts = json!({ "appliedOn": "2025-09-01", "isLeader": false, "reason": "个人原因", "recruitedOn": "2021-07-01",
        "holdsSecretPost": true, "hasUnfinishedBusiness": true, "isUnderAudit": true, "isInCriminalProceedings": true });
    let input =
        |facts: &Json| approval_of(tenant, "resignation", "stranger", "2025-10", ("resignation", facts.clone()));
    let expected =
        ["MINIMUM_SERVICE", "DECLASSIFICATION_PERIOD", "UNFINISHED_BUSINESS", "UNDER_AUDIT", "CRIMINAL_PROCEEDINGS"];
    assert_eq!(refused(tenant, input(&facts)).await, expected.map(|code| format!("{code} input.resignation")));
    // A tenant's own rule set shortens the least time of service.
    facts = json!({ "appliedOn": "2025-09-01", "isLeader": false, "reason": "个人原因", "recruitedOn": "2021-07-01" });
    assert_eq!(refused(tenant, input(&facts)).await, ["MINIMUM_SERVICE input.resignation"]);
    let rules = json!({ "key": "resignation", "effectiveFrom": "2025-09-01", "body": { "minimumServiceYears": 3 } });
    tenant.superior.done("ruleSetPublish", rules, "ruleSet { id }").await;
    tenant.approve_base(input(&facts)).await;
    let flag = json!({ "id": tenant.id("cadre:colleague"), "expectedVersion": 1, "underInvestigation": true, "reason": "立案" });
    tenant.superior.done("cadreInvestigationSet", flag, "cadre { id }").await;
    let input = approval_of(tenant, "resignation", "colleague", "2025-10", ("resignation", facts));
    assert_eq!(refused(tenant, input).await, ["UNDER_INVESTIGATION input.cadre"]);
}

#[tokio::test]
async fn f_11_a_dismissal_wants_a_ground_a_notice_and_a_person_who_decides() {
    let world = World::start().await;
    let tenant = &world.a;
    let base = json!({ "kind": "DISMISSAL", "ground": "ABSENCE", "consecutiveDays": 16, "reason": "旷工", "notifiedOn": "2025-09-22" });
    let with = |change: Json| {
        let mut facts = base.clone();
        facts.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let mut input = approval_of(tenant, "dismissal", "stranger", "2025-09", ("dismissal", facts));
        input["effectiveOn"] = json!("2025-09-22");
        input
    };
    let ground = "input.dismissal.ground";
    assert_eq!(refused(tenant, with(json!({ "bars": ["MATERNITY"] }))).await, [format!("DISMISSAL_BARRED {ground}")]);
    assert_eq!(refused(tenant, with(json!({ "consecutiveDays": 15 }))).await, [format!("DISMISSAL_GROUND {ground}")]);
    assert_eq!(refused(tenant, with(json!({ "ground": null }))).await, [format!("REQUIRED {ground}")]);
    assert_eq!(
        refused(tenant, with(json!({ "notifiedOn": null }))).await,
        ["NOTICE_MISSING input.dismissal.notifiedOn"]
    );
    assert_eq!(
        refused(tenant, with(json!({ "notifiedOn": "2025-09-21" }))).await,
        ["NOTICE_MISSING input.dismissal.notifiedOn"]
    );
    let payload = tenant.service.mutate("approvalCreate", with(json!({})), "approval { id }").await;
    assert_eq!(codes(&payload), ["HUMAN_DECISION_REQUIRED"]);
    tenant.approve_base(with(json!({}))).await;
}

#[tokio::test]
async fn h_05_nobody_enters_who_is_barred_or_for_whom_there_is_no_place() {
    let world = World::start().await;
    let tenant = &world.a;
    let (person, _) = tenant.outsider(4).await;
    let with = |matter: &str, change: Json| {
        let mut entry = recruit();
        entry.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        entry_of(tenant, matter, &person, entry)
    };
    let entry = |code: &str, field: &str| vec![format!("{code} input.entry.{field}")];
    assert_eq!(
        refused(tenant, with("recruitment", json!({ "bars": ["EXPELLED_FROM_OFFICE"] }))).await,
        entry("BARRED_PERSON", "bars")
    );
    let full = json!({ "places": { "kind": "ADMINISTRATIVE", "approved": 10, "taken": 9, "promised": 1 } });
    assert_eq!(refused(tenant, with("recruitment", full)).await, entry("NO_VACANCY", "places.approved"));
    let open = json!({ "publicity": null });
    assert_eq!(refused(tenant, with("recruitment", open)).await, entry("REQUIRED", "publicity"));
    assert_eq!(
        refused(tenant, with("lateral-entry", json!({ "origin": "CIVIL_SERVICE" }))).await,
        ["ORIGIN_NOT_ELIGIBLE input.entry.origin", "TARGET_TOO_LOW input.entry.rank"]
    );
    // Nothing of a refused approval is left behind.
    let count = tenant.superior.ok("{ cadres(where: { state: { eq: CANDIDATE } }) { totalCount } }", json!({})).await;
    assert_eq!(count["cadres"]["totalCount"], 0);
    let mut serving = entry_of(tenant, "recruitment", tenant.id("person:stranger"), recruit());
    assert_eq!(refused(tenant, serving.clone()).await, ["ALREADY_EXISTS input.candidate.person"]);
    serving["candidate"]["person"] = json!(world.b.id("person:stranger"));
    assert_eq!(refused(tenant, serving).await, ["UNKNOWN_REFERENCE input.candidate.person"]);
}

#[tokio::test]
async fn h_05_a_move_leads_elsewhere_to_a_free_place() {
    let world = World::start().await;
    let tenant = &world.a;
    let with = |matter: &str, change: Json| {
        let mut facts = transfer(tenant);
        facts.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        approval_of(tenant, matter, "applicant", "2025-09", ("move", facts))
    };
    let same = json!({ "unit": tenant.id("village") });
    assert_eq!(refused(tenant, with("transfer", same)).await, ["SAME_UNIT input.move.unit"]);
    let foreign = json!({ "unit": world.b.id("other-town") });
    assert_eq!(refused(tenant, with("transfer", foreign)).await, ["UNKNOWN_REFERENCE input.move.unit"]);
    let full = json!({ "posts": { "approved": 2, "taken": 2 } });
    assert_eq!(refused(tenant, with("transfer", full)).await, ["POSTS_EXCEEDED input.move.posts.approved"]);
    let both = json!({ "outside": "市发改委" });
    assert_eq!(refused(tenant, with("transfer", both)).await, ["REQUIRED input.move.unit"]);
    assert_eq!(
        refused(tenant, with("open-selection", json!({}))).await,
        ["REQUIRED input.move.publicity", "REQUIRED input.move.announcementNumber"]
    );
    let facts = |ends: &str, host: &str| json!({ "host": tenant.id(host), "title": "挂职", "endsOn": ends });
    let of = |facts: Json| approval_of(tenant, "secondment", "applicant", "2025-10", ("secondment", facts));
    assert_eq!(refused(tenant, of(facts("2025-12-31", "village"))).await, ["SAME_UNIT input.secondment.host"]);
    assert_eq!(refused(tenant, of(facts("2025-09-30", "town"))).await, ["PERIOD_REVERSED input.secondment.endsOn"]);
}

#[tokio::test]
async fn h_05_a_death_lies_between_birth_and_today() {
    let world = World::start().await;
    world.add_city_matters().await;
    let tenant = &world.a;
    let of = |day: &str, month: &str| {
        let facts = json!({ "diedOn": day, "certificateNumber": "D-1" });
        approval_of(tenant, "death", "colleague", month, ("death", facts))
    };
    assert_eq!(refused(tenant, of("2025-09-23", "2025-09")).await, ["DEATH_DATE input.death.diedOn"]);
    assert_eq!(refused(tenant, of("1965-08-31", "1965-08")).await, ["DEATH_DATE input.death.diedOn"]);
    assert_eq!(refused(tenant, of("2025-09-20", "2025-10")).await, ["INVALID_VALUE input.effectiveMonth"]);
}
