//! The flow beyond the plain fork: joins, the competent agency, urging, standing in, reminders (H-03, H-04, H-06).

use entities::{case_item, item_reminder, values::RoleName};
use zugong::modules::matters::reminders::remind_of;

use super::{
    publishing::{definition, open, publication},
    *,
};

/// Three branches that start at once, joined in a mode.
async fn joined(tenant: &Tenant, join: Json) -> Json {
    let mut definition = definition("own-matter", "COUNTY");
    let mut branches = vec![];
    for key in ["establishment", "treasury", "medical"] {
        let mut branch = definition["branches"][0].clone();
        branch["key"] = json!(key);
        branches.push(branch);
    }
    definition["branches"] = json!(branches);
    definition["join"] = join;
    let mut input = publication(tenant, definition);
    input["handlingUnits"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "branch": "medical", "unit": tenant.id("agency:medical") }));
    input
}

#[tokio::test]
async fn h_03_a_case_may_be_done_with_any_item_or_with_so_many() {
    let world = World::start().await;
    let tenant = &world.a;
    let input = joined(tenant, json!({ "mode": "AT_LEAST", "needed": 2 })).await;
    let matter = tenant.superior.done("matterPublish", input, "matter { join joinNeeded }").await["matter"].clone();
    assert_eq!(matter, json!({ "join": "AT_LEAST", "joinNeeded": 2 }));
    let case = open(tenant, "own-matter", "applicant").await;
    tenant.handle(&item(&case, "treasury")).await;
    assert_eq!(read(&tenant.superior, &case["id"]).await["state"], "RUNNING");
    tenant.handle(&item(&case, "medical")).await;
    let done = read(&tenant.superior, &case["id"]).await;
    assert_eq!((&done["state"], &item(&done, "establishment")["state"]), (&json!("DONE"), &json!("CANCELLED")));

    let any = joined(tenant, json!({ "mode": "ANY" })).await;
    let matter = tenant.superior.done("matterPublish", any, "matter { join joinNeeded }").await["matter"].clone();
    assert_eq!(matter, json!({ "join": "ANY", "joinNeeded": null }));
    let case = open(tenant, "own-matter", "colleague").await;
    let (one, two) = (item(&case, "treasury"), item(&case, "medical"));
    tenant.handle(&one).await;
    let late = json!({ "id": two["id"], "expectedVersion": two["version"] });
    let late = tenant.handlers["medical"].mutate("caseItemAccept", late, "caseItem { id }").await;
    assert!(["VERSION_MISMATCH", "NOT_IN_STATE"].contains(&codes(&late)[0]), "{late}");
    assert_eq!(read(&tenant.superior, &case["id"]).await["state"], "DONE");
    for join in [json!({ "mode": "AT_LEAST", "needed": 4 }), json!({ "mode": "AT_LEAST" })] {
        let input = joined(tenant, join).await;
        let refused = tenant.superior.mutate("matterPublish", input, "matter { id }").await;
        assert_eq!(codes(&refused), ["INVALID_VALUE"]);
    }
}

#[tokio::test]
async fn h_06_an_item_goes_to_the_competent_agency() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let mine = item(&case, "medical");
    let (medical, treasury) = (&tenant.handlers["medical"], &tenant.handlers["treasury"]);
    let to = |unit: &str| json!({ "id": mine["id"], "expectedVersion": mine["version"], "unit": unit, "reason": "不属本单位管辖" });
    let refused = async |unit: &str| {
        let payload = medical.mutate("caseItemTransfer", to(unit), "caseItem { id }").await;
        codes(&payload).first().map(|code| code.to_string()).unwrap_or_default()
    };
    assert_eq!(refused(tenant.id("agency:medical")).await, "SAME_UNIT");
    assert_eq!(refused(world.b.id("agency:treasury")).await, "UNKNOWN_REFERENCE");
    let foreign = json!({ "name": "余姚市医保局", "kind": "ORGAN", "sequence": "GOVERNMENT", "divisionCode": "330281",
        "parent": tenant.id("root"), "code": zugong::modules::organisation::rules::credit_code::CreditCode::make("11330281", "12345678").unwrap().as_str() });
    let foreign = tenant.superior.done("unitCreate", foreign, "unit { id }").await["unit"]["id"].clone();
    assert_eq!(refused(foreign.as_str().unwrap()).await, "NOT_COMPETENT");
    // An agency passes on its own items alone.
    let document = "mutation($input: CaseItemTransferInput!) { caseItemTransfer(input: $input) { caseItem { id } } }";
    let stranger = treasury.gql(document, json!({ "input": to(tenant.id("agency:treasury")) })).await;
    assert_eq!(stranger.code(), "NOT_FOUND");
    medical.done("caseItemTransfer", to(tenant.id("agency:treasury")), "userErrors { code }").await;
    let now = read(&tenant.applicant, &case["id"]).await;
    let moved = item(&now, "medical");
    assert_eq!((&moved["state"], &moved["dueOn"]), (&json!("PENDING"), &mine["dueOn"]));
    let query = "query($id: ID!) { caseItem(id: $id) { id } }";
    assert_eq!(medical.gql(query, json!({ "id": mine["id"] })).await.body["data"]["caseItem"], Json::Null);
    finish(treasury, &moved).await;
    // A route brings the items of new cases there from the start.
    let set = json!({ "branch": "medical", "divisionCode": "330200", "unit": tenant.id("agency:treasury") });
    let wide = tenant.superior.mutate("agencyRouteSet", set.clone(), "agencyRoute { id }").await;
    assert_eq!(codes(&wide), ["NOT_COMPETENT"], "a county's unit is not the city's");
    let mut set = set;
    set["divisionCode"] = json!("330203");
    let chosen = "agencyRoute { branch divisionCode version unit { id } }";
    tenant.superior.done("agencyRouteSet", set.clone(), chosen).await;
    set["unit"] = json!(tenant.id("agency:housing-fund"));
    let route = tenant.superior.done("agencyRouteSet", set, chosen).await["agencyRoute"].clone();
    assert_eq!((&route["version"], &route["unit"]["id"]), (&json!(2), &json!(tenant.id("agency:housing-fund"))));
    let approval = approve(tenant, "colleague", "2025-12").await;
    let case = submit(tenant, &tenant.junior, "colleague", &approval).await;
    finish(&tenant.handlers["housing-fund"], &item(&case, "medical")).await;
}

#[tokio::test]
async fn h_04_an_agency_is_urged_once_a_day() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let urge = json!({ "id": item(&case, "medical")["id"], "note": "请尽快办理" });
    tenant.applicant.done("caseItemUrge", urge.clone(), "caseItem { id }").await;
    assert_eq!(codes(&tenant.superior.mutate("caseItemUrge", urge.clone(), "caseItem { id }").await), ["URGED_TODAY"]);
    world.server.clock.advance(chrono::TimeDelta::days(1));
    tenant.applicant.done("caseItemUrge", urge.clone(), "caseItem { id }").await;
    let steps = "{ cases { nodes { steps(first: 50, where: { action: { eq: URGE } }) { nodes { note } } } } }";
    let heard = tenant.handlers["medical"].ok(steps, json!({})).await["cases"]["nodes"][0]["steps"]["nodes"].clone();
    assert_eq!(heard, json!([{ "note": "请尽快办理" }, { "note": "请尽快办理" }]));
    finish(&tenant.handlers["medical"], &item(&case, "medical")).await;
    world.server.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(codes(&tenant.applicant.mutate("caseItemUrge", urge, "caseItem { id }").await), ["NOT_IN_STATE"]);
}

#[tokio::test]
async fn c_13_a_colleague_stands_in_for_the_time_of_a_leave() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    // Of the same agency, without any right so far.
    let colleague = tenant.newcomer(&world.server, "stand-in", &[(RoleName::Applicant, "agency:medical")]).await;
    let inbox = async || {
        let reply = colleague.gql("{ caseItems { totalCount } }", json!({})).await;
        reply.body["data"]["caseItems"]["totalCount"].as_i64().unwrap_or(0)
    };
    assert_eq!(inbox().await, 0);
    let medical = &tenant.handlers["medical"];
    let leave =
        |user: &str, until: &str| json!({ "user": user, "from": "2025-09-22", "until": until, "reason": "年休假" });
    let refused = async |input: Json| {
        let payload = medical.mutate("dutyDelegate", input, "roleAssignment { id }").await;
        payload["userErrors"][0]["field"].as_str().unwrap_or_default().to_string()
    };
    assert_eq!(refused(leave(&tenant.handlers["treasury"].user, "2025-09-24")).await, "input.user");
    assert_eq!(refused(leave(&world.b.handlers["medical"].user, "2025-09-24")).await, "input.user");
    assert_eq!(refused(leave(&medical.user, "2025-09-24")).await, "input.user");
    assert_eq!(refused(leave(&colleague.user, "2026-01-31")).await, "input.until");
    medical.done("dutyDelegate", leave(&colleague.user, "2025-09-24"), "userErrors { code }").await;
    assert_eq!(refused(leave(&colleague.user, "2025-09-24")).await, "input.user", "once at a time");
    assert_eq!(inbox().await, 1);
    let mine = item(&case, "medical");
    let accept = json!({ "id": mine["id"], "expectedVersion": mine["version"] });
    colleague.done("caseItemAccept", accept, "caseItem { id }").await;
    // Whoever stands in passes nothing on.
    let payload = colleague.mutate("dutyDelegate", leave(&medical.user, "2025-09-24"), "roleAssignment { id }").await;
    assert_eq!(payload["userErrors"][0]["field"], "input.user");
    world.server.clock.set("2025-09-25T01:00:00Z".parse().unwrap());
    assert_eq!(inbox().await, 0, "the right ends with the leave");
}

#[tokio::test]
async fn h_04_an_agency_is_reminded_once_at_amber_and_once_at_red() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let remind = async || {
        let (one, two) =
            tokio::join!(remind_of(&world.server.platform, tenant.id), remind_of(&world.server.platform, tenant.id));
        one.unwrap() + two.unwrap()
    };
    assert_eq!(remind().await, 0);
    // One is done in time, one waits for the applicant: neither is reminded.
    finish(&tenant.handlers["medical"], &item(&case, "medical")).await;
    let more = json!({ "reason": "缺", "fields": ["bankAccount"] });
    act(&tenant.handlers["treasury"], "caseItemRequestSupplement", &item(&case, "treasury"), more).await;
    world.server.clock.set("2025-09-23T01:00:00Z".parse().unwrap());
    assert_eq!(remind().await, 5);
    assert_eq!(remind().await, 0);
    world.server.clock.set("2025-09-25T01:00:00Z".parse().unwrap());
    assert_eq!(remind().await, 5);
    assert_eq!(remind().await, 0);
    let steps = "query($id: ID!) { case(id: $id) { lamp steps(first: 100, where: { action: { eq: REMIND } }) { nodes { note item { key } } } } }";
    let told = tenant.superior.ok(steps, json!({ "id": case["id"] })).await["case"].clone();
    let notes = told["steps"]["nodes"].as_array().unwrap();
    let count = |note: &str, whole: bool| {
        notes.iter().filter(|step| step["note"] == note && step["item"].is_null() == whole).count()
    };
    assert_eq!((&told["lamp"], count("AMBER", false), count("RED", false)), (&json!("RED"), 5, 5));
    assert_eq!((count("AMBER", true), count("RED", true)), (1, 1), "the whole case, once each");
    let tx = world.server.platform.system(Reason::Doctor).begin(Some(tenant.id)).await.unwrap();
    assert_eq!(tx.parts::<item_reminder::Entity>().count().await.unwrap(), 10);
    let watched = tx.parts::<case_item::Entity>().filter(case_item::Column::RemindOn.is_not_null());
    assert_eq!(watched.count().await.unwrap(), 0, "nothing is left to look at");
    tx.rollback().await.unwrap();
}
