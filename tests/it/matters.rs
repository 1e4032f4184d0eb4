//! The one thing: from an approval to a person's retirement, over seven agencies (H-01 to H-06, D-06).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong::modules::matters::jobs::apply_due_effects;
use zugong_tests::{
    Actor, Tenant, World,
    client::{codes, fields},
    world::AGENCIES,
};

const PDF: &[u8] = b"%PDF-1.7\nzugong\n%%EOF";
const ITEMS: &str = "case { id number state version itemsDone itemsTotal lamp dueOn workedDays offlineSteps \
    items { nodes { id key state version dueOn lamp } } }";

async fn approve(tenant: &Tenant, who: &str, month: &str) -> Json {
    let input = json!({
        "matterKey": "retirement", "cadre": tenant.id(&format!("cadre:{who}")),
        "documentNumber": format!("海组退〔2025〕{who}"), "effectiveMonth": month
    });
    tenant.superior.done("approvalCreate", input, "approval { id version }").await["approval"].clone()
}

async fn upload(actor: &Actor) -> String {
    let input = json!({ "name": "材料.pdf", "mediaType": "application/pdf", "size": PDF.len() });
    let made = actor.done("attachmentUploadTicket", input, "attachment { id } ticketPath").await;
    let url = format!("{}{}", actor.url, made["ticketPath"].as_str().unwrap());
    let put = || actor.http.put(&url).header("content-type", "application/pdf").body(PDF).send();
    assert_eq!(put().await.unwrap().status(), 200);
    assert_eq!(put().await.unwrap().status(), 404, "a ticket is used once");
    made["attachment"]["id"].as_str().unwrap().to_string()
}

fn form(tenant: &Tenant, who: &str) -> Json {
    json!({
        "idNumber": tenant.id(&format!("idNumber:{who}")), "phone": "13800000000", "address": "宁波市海曙区",
        "bankName": "中国工商银行", "bankAccount": "622202100000000001", "pensionAccount": "330203001",
        "medicalAccount": "330203002", "housingFundAccount": "330203003", "hasCommuterCar": false,
        "commutingAllowance": true
    })
}

async fn materials(actor: &Actor) -> Json {
    let mut given = vec![];
    for key in ["application", "id-card", "archive-birth", "bank-card"] {
        given.push(json!({ "key": key, "attachment": upload(actor).await }));
    }
    Json::Array(given)
}

async fn submit(tenant: &Tenant, actor: &Actor, who: &str, approval: &Json) -> Json {
    let input = json!({ "approval": approval["id"], "form": form(tenant, who), "materials": materials(actor).await });
    actor.done("matterSubmit", input, ITEMS).await["case"].clone()
}

fn item(case: &Json, key: &str) -> Json {
    case["items"]["nodes"].as_array().unwrap().iter().find(|i| i["key"] == key).unwrap().clone()
}

const ITEM: &str = "caseItem { id state version lamp remaining pausedOn }";

async fn act(actor: &Actor, field: &str, item: &Json, more: Json) -> Json {
    let mut input = json!({ "id": item["id"], "expectedVersion": item["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    actor.done(field, input, ITEM).await["caseItem"].clone()
}

async fn finish(actor: &Actor, item: &Json) -> Json {
    let accepted = act(actor, "caseItemAccept", item, json!({})).await;
    act(actor, "caseItemFinish", &accepted, json!({ "result": "已办理" })).await
}

async fn read(actor: &Actor, id: &Json) -> Json {
    let query = format!("query($id: ID!) {{ {} }}", ITEMS.replacen("case {", "case(id: $id) {", 1));
    actor.ok(&query, json!({ "id": id })).await["case"].clone()
}

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
    let query = "query($id: ID!) { cadre(id: $id) { state stateSince } }";
    let cadre = async || {
        tenant.superior.ok(query, json!({ "id": tenant.id("cadre:colleague") })).await["cadre"]["state"].clone()
    };
    assert_eq!(cadre().await, "RETIRING");
    let day = |text: &str| text.parse().unwrap();
    world.server.clock.set(day("2025-12-31T15:59:59Z"));
    apply_due_effects(&world.server.platform).await.unwrap();
    assert_eq!(cadre().await, "RETIRING");
    world.server.clock.set(day("2025-12-31T16:00:00Z"));
    let (a, b) = tokio::join!(apply_due_effects(&world.server.platform), apply_due_effects(&world.server.platform));
    assert!(a.unwrap() + b.unwrap() >= 1);
    assert_eq!(cadre().await, "RETIRED");
    let steps = "query($id: ID!) { case(id: $id) { steps(first: 100) { nodes { action } } } }";
    let case = tenant.superior.ok(steps, json!({ "id": case["id"] })).await["case"].clone();
    let nodes = case["steps"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.iter().filter(|s| s["action"] == "EFFECT").count(), 1);
}

#[tokio::test]
async fn h_03_an_agency_sees_its_own_part_and_nothing_else() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let medical = &tenant.handlers["medical"];
    let query = "{ caseItems(where: { state: { eq: PENDING } }) { nodes {
        key form lamp remaining materials { nodes { key attachment { id } } } case { id items { nodes { key } } } } } }";
    let seen = medical.ok(query, json!({})).await["caseItems"]["nodes"].clone();
    assert_eq!(seen.as_array().unwrap().len(), 1);
    let mine = &seen[0];
    assert_eq!((&mine["key"], &mine["lamp"], &mine["remaining"]), (&json!("medical"), &json!("GREEN"), &json!(2)));
    let names: Vec<&String> = mine["form"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["idNumber", "name", "retirementMonth", "phone", "medicalAccount"]);
    assert_eq!(mine["case"]["items"]["nodes"], json!([{ "key": "medical" }]));
    assert_eq!(mine["materials"]["nodes"].as_array().unwrap().len(), 1);
    let reply = medical.gql("query($id: ID!) { case(id: $id) { number form } }", json!({ "id": case["id"] })).await;
    assert_eq!((&reply.body["data"]["case"]["form"], reply.code()), (&Json::Null, "FORBIDDEN"));
    // Its own file, and no other; one read by ticket.
    let file = json!({ "id": mine["materials"]["nodes"][0]["attachment"]["id"] });
    let ticket = medical.done("attachmentDownloadTicket", file.clone(), "ticketPath").await;
    let url = format!("{}{}", medical.url, ticket["ticketPath"].as_str().unwrap());
    assert_eq!(medical.http.get(&url).send().await.unwrap().bytes().await.unwrap(), PDF);
    assert_eq!(medical.http.get(&url).send().await.unwrap().status(), 404);
    let all = "{ attachments { nodes { id materials { nodes { key } } } } }";
    assert_eq!(medical.ok(all, json!({})).await["attachments"]["nodes"].as_array().unwrap().len(), 1);
    let document = "mutation($input: AttachmentDownloadTicketInput!) {
        attachmentDownloadTicket(input: $input) { ticketPath } }";
    for stranger in [&tenant.handlers["office-affairs"], &tenant.neighbour, &world.b.superior] {
        let reply = stranger.gql(document, json!({ "input": file })).await;
        assert_eq!(reply.code(), "NOT_FOUND", "{}", stranger.name);
    }
}

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
    assert_eq!(cases["cases"]["totalCount"], 0);
}

#[tokio::test]
async fn h_04_a_supplement_stops_one_clock_and_only_wanted_things_may_change() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let medical = &tenant.handlers["medical"];
    let pending = item(&case, "medical");
    let illegal = json!({ "id": pending["id"], "expectedVersion": 1, "result": "x" });
    assert_eq!(codes(&medical.mutate("caseItemFinish", illegal, ITEM).await), ["NOT_IN_STATE"]);
    let wrong = json!({ "id": pending["id"], "expectedVersion": 1, "reason": "缺", "fields": ["bankAccount"] });
    assert_eq!(fields(&medical.mutate("caseItemRequestSupplement", wrong, ITEM).await), ["input.fields.0"]);
    let more = json!({ "reason": "账号有误", "fields": ["medicalAccount"], "materials": ["id-card"] });
    let waiting = act(medical, "caseItemRequestSupplement", &pending, more).await;
    assert_eq!((&waiting["state"], &waiting["pausedOn"]), (&json!("SUPPLEMENT"), &json!("2025-09-22")));
    world.server.clock.advance(TimeDelta::days(7));
    let other = read(&tenant.applicant, &case["id"]).await;
    assert_eq!((&item(&other, "medical")["lamp"], &item(&other, "treasury")["lamp"]), (&json!("GREEN"), &json!("RED")));
    let supply = |fields: Json, files: Json| json!({ "id": waiting["id"], "expectedVersion": waiting["version"], "fields": fields, "materials": files });
    let applicant = &tenant.applicant;
    let bad = applicant.mutate("caseItemSupply", supply(json!({ "phone": "13900000000" }), json!([])), ITEM).await;
    let mut found = fields(&bad);
    found.sort_unstable();
    assert_eq!(found, ["input.fields.medicalAccount", "input.fields.phone", "input.materials.id-card"]);
    let file = json!([{ "key": "id-card", "attachment": upload(applicant).await }]);
    let given = supply(json!({ "medicalAccount": "NEW330203" }), file);
    let supplied = applicant.done("caseItemSupply", given, ITEM).await["caseItem"].clone();
    assert_eq!((&supplied["state"], &supplied["pausedOn"]), (&json!("PENDING"), &Json::Null));
    let seen = medical.ok("{ caseItems { nodes { form dueOn remaining pausedDays } } }", json!({})).await;
    let seen = &seen["caseItems"]["nodes"][0];
    assert_eq!(seen["form"]["medicalAccount"], "NEW330203");
    assert_eq!(seen["pausedDays"], 6);
    // A return holds its own item only.
    let returned =
        act(&tenant.handlers["treasury"], "caseItemReturn", &item(&other, "treasury"), json!({ "reason": "重报" }))
            .await;
    assert_eq!(returned["state"], "RETURNED");
    let again = json!({ "id": returned["id"], "expectedVersion": returned["version"] });
    assert_eq!(applicant.done("caseItemSupply", again, ITEM).await["caseItem"]["state"], "PENDING");
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
    // Neither the timer nor anything else retires somebody whose approval is gone.
    world.server.clock.set("2026-01-05T01:00:00Z".parse().unwrap());
    apply_due_effects(&world.server.platform).await.unwrap();
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(reversal, key)).await;
    }
    let query = "query($id: ID!) { cadre(id: $id) { state stateSince } }";
    let cadre = tenant.superior.ok(query, json!({ "id": tenant.id("cadre:colleague") })).await["cadre"].clone();
    assert_eq!(cadre, json!({ "state": "SERVING", "stateSince": "1990-01-01" }));
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
