//! What an agency sees, asks for and hears of.

use chrono::TimeDelta;
use zugong_tests::{
    Reply,
    client::fields,
    socket::{Heard, Socket},
};

use super::*;

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
    assert_eq!(Reply::of(medical.http.get(&url).send().await.unwrap()).await.status, 404);
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
async fn h_03_progress_is_pushed_to_those_who_may_read_and_an_agency_hears_of_its_own() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let document = "subscription($id: ID!, $after: ID) { caseProgress(case: $id, after: $after) {
        id type version objectIds } }";
    let subscribe = async |actor: &Actor, after: Json| {
        let mut socket = Socket::greeted(&actor.url, actor.token.as_deref()).await;
        let payload = json!({ "query": document, "variables": { "id": case["id"], "after": after } });
        socket.say(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        socket
    };
    let mut applicant = subscribe(&tenant.applicant, Json::Null).await;
    let mut agency = subscribe(&tenant.handlers["medical"], Json::Null).await;
    let mut last = Json::Null;
    for expected in ["case.submitted", "case.started"] {
        let event = event(&mut applicant).await;
        assert_eq!(event["type"], expected);
        assert_eq!(self::event(&mut agency).await["id"], event["id"]);
        last = event["id"].clone();
    }
    let treasury = item(&case, "treasury");
    act(&tenant.handlers["treasury"], "caseItemAccept", &treasury, json!({})).await;
    let accepted = event(&mut applicant).await;
    assert_eq!(accepted["objectIds"], json!([case["id"], treasury["id"]]));
    act(&tenant.handlers["medical"], "caseItemAccept", &item(&case, "medical"), json!({})).await;
    assert_eq!(event(&mut agency).await["objectIds"][1], item(&case, "medical")["id"]);
    // Whoever comes back goes on where it was.
    let mut again = subscribe(&tenant.applicant, last).await;
    assert_eq!(event(&mut again).await["id"], accepted["id"]);
    let mut stranger = subscribe(&tenant.neighbour, Json::Null).await;
    match stranger.hear().await {
        Heard::Word(word) => assert!(word.to_string().contains("NOT_FOUND"), "{word}"),
        other => panic!("{other:?}"),
    }
}

async fn event(socket: &mut Socket) -> Json {
    match socket.hear().await {
        Heard::Word(word) if word["type"] == "next" => word["payload"]["data"]["caseProgress"].clone(),
        other => panic!("expected an event, heard {other:?}"),
    }
}

#[tokio::test]
async fn j_10_whoever_reads_a_form_is_on_record() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let read = "{ caseItems { nodes { id form } } }";
    tenant.handlers["medical"].ok(read, json!({})).await;
    tenant.senior.ok("query($id: ID!) { case(id: $id) { form } }", json!({ "id": case["id"] })).await;
    tenant.senior.ok("query($id: ID!) { case(id: $id) { number } }", json!({ "id": case["id"] })).await;
    let query = "{ auditRecords(where: { action: { eq: \"readSensitive\" } }) { nodes { detail } } }";
    let records = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    let fields: Vec<_> = records.as_array().unwrap().iter().map(|r| r["detail"]["fields"].clone()).collect();
    assert_eq!(fields.len(), 2);
    assert!(fields.contains(&json!(["CaseItem.form"])) && fields.contains(&json!(["Case.form"])), "{fields:?}");
}

#[tokio::test]
async fn h_03_of_many_who_act_on_one_item_at_once_one_does() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let (medical, item) = (&tenant.handlers["medical"], item(&case, "medical"));
    let input = json!({ "id": item["id"], "expectedVersion": item["version"] });
    let mut returned = input.clone();
    returned["reason"] = json!("重报");
    let wanted =
        json!({ "id": item["id"], "expectedVersion": item["version"], "reason": "缺", "fields": ["medicalAccount"] });
    let (accepts, returns, wants) = tokio::join!(
        futures::future::join_all((0..4).map(|_| medical.mutate("caseItemAccept", input.clone(), ITEM))),
        futures::future::join_all((0..2).map(|_| medical.mutate("caseItemReturn", returned.clone(), ITEM))),
        medical.mutate("caseItemRequestSupplement", wanted, ITEM),
    );
    let all: Vec<Json> = accepts.into_iter().chain(returns).chain([wants]).collect();
    assert_eq!(all.iter().filter(|payload| codes(payload).is_empty()).count(), 1, "{all:?}");
    assert!(all.iter().all(|p| codes(p).is_empty() || codes(p) == ["VERSION_MISMATCH"]), "{all:?}");
    let query = "query($id: ID!) { case(id: $id) { steps(first: 100) { nodes { item { key } } } } }";
    let steps = tenant.applicant.ok(query, json!({ "id": case["id"] })).await["case"]["steps"]["nodes"].clone();
    let acted = steps.as_array().unwrap().iter().filter(|step| step["item"]["key"] == "medical").count();
    assert_eq!(acted, 1, "{steps}");
}
