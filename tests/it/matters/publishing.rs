//! The catalogue as data (H-02): own matters, versions that running cases keep, groups, links that are missing.

use zugong::modules::matters::jobs::enforce_versions_of;

use super::{base::entry_of, *};

/// A matter with two branches, of which the second waits for the first.
pub fn definition(key: &str, group: &str) -> Json {
    let branch = |key: &str, after: Json| {
        json!({ "key": key, "title": format!("办理{key}"), "agency": "编办", "dutyItem": "编外用工管理", "step": "核定用工",
            "mandatory": true, "limitDays": 2, "dependsOn": after, "fields": ["idNumber", "post"], "materials": ["contract"] })
    };
    json!({
        "key": key, "title": "编外录用", "group": group, "limitDays": 2, "baselineDays": 20, "baselineSteps": 6, "visits": 0,
        "form": { "type": "object", "additionalProperties": false, "required": ["idNumber", "post"], "properties": {
            "idNumber": { "type": "string", "format": "id-number", "x-source": "person.idNumber" },
            "post": { "type": "string", "maxLength": 100 } } },
        "branches": [branch("establishment", json!([])), branch("treasury", json!(["establishment"]))],
        "materials": {
            "BEFORE": [{ "key": "a", "title": "甲", "mandatory": true, "mediaTypes": ["application/pdf"], "maxBytes": 1000 },
                       { "key": "b", "title": "乙", "mandatory": true, "mediaTypes": ["application/pdf"], "maxBytes": 1000 }],
            "CURRENT": [{ "key": "contract", "title": "劳动合同", "mandatory": true, "mediaTypes": ["application/pdf"], "maxBytes": 1000 }]
        }
    })
}

pub fn publication(tenant: &Tenant, definition: Json) -> Json {
    let unit = |key: &str| json!({ "branch": key, "unit": tenant.id(&format!("agency:{key}")) });
    json!({ "definition": definition, "handlingUnits": [unit("establishment"), unit("treasury")] })
}

pub async fn open(tenant: &Tenant, key: &str, who: &str) -> Json {
    let input = json!({ "matterKey": key, "cadre": tenant.id(&format!("cadre:{who}")), "documentNumber": format!("{key}-{who}"),
        "effectiveMonth": "2025-10" });
    let approval = tenant.approve_base(input).await;
    let form = json!({ "idNumber": tenant.id(&format!("idNumber:{who}")), "post": "协管员" });
    let materials = json!([{ "key": "contract", "attachment": tenant.superior.upload().await }]);
    let input = json!({ "approval": approval["id"], "form": form, "materials": materials });
    let chosen = "case { id state matter { number } items { nodes { id key state version dueOn } } }";
    tenant.superior.done("matterSubmit", input, chosen).await["case"].clone()
}

const MATTER: &str = "matter { id key number state version stepsNow materialReduction branchesWithGaps
    branches { nodes { key missingLinks handlingUnit { name } } } }";

#[tokio::test]
async fn h_02_a_running_case_keeps_its_version_and_a_new_one_takes_the_next() {
    let world = World::start().await;
    let tenant = &world.a;
    let key = "contract-recruitment";
    // The standard catalogue has the bare title: nobody handles it yet.
    let input = json!({ "matterKey": key, "cadre": tenant.id("cadre:stranger"), "documentNumber": "1", "effectiveMonth": "2025-10" });
    let bare = tenant.approve_base(input).await;
    let none = json!({ "approval": bare["id"], "form": {}, "materials": [] });
    assert_eq!(codes(&tenant.superior.mutate("matterSubmit", none, "case { id }").await), ["MATTER_NOT_OFFERED"]);
    let revoke = json!({ "id": bare["id"], "expectedVersion": 1, "reason": "尚未开通" });
    tenant.superior.done("approvalRevoke", revoke, "approval { id }").await;

    let published = tenant.superior.done("matterPublish", publication(tenant, definition(key, "COUNTY")), MATTER).await;
    let second = published["matter"].clone();
    assert_eq!((&second["number"], &second["state"], &second["stepsNow"]), (&json!(2), &json!("ACTIVE"), &json!(2)));
    assert_eq!(second["materialReduction"], "50.0");
    let case = open(tenant, key, "applicant").await;
    assert_eq!(case["matter"]["number"], 2);
    assert_eq!(
        (&item(&case, "establishment")["state"], &item(&case, "treasury")["state"]),
        (&json!("PENDING"), &json!("WAITING"))
    );

    // The next version begins in October; until then the second is in force.
    let mut next = publication(tenant, definition(key, "COUNTY"));
    next["definition"]["branches"] = json!([definition(key, "COUNTY")["branches"][0]]);
    next["handlingUnits"] = json!([]);
    next["effectiveFrom"] = json!("2025-10-01");
    let third = tenant.superior.done("matterPublish", next, MATTER).await["matter"].clone();
    assert_eq!((&third["number"], &third["state"]), (&json!(3), &json!("ANNOUNCED")));
    assert_eq!(third["branches"]["nodes"][0]["handlingUnit"]["name"], "establishment局A", "as in the version before");
    assert_eq!(open(tenant, key, "colleague").await["matter"]["number"], 2);
    world.server.clock.set("2025-10-01T01:00:00Z".parse().unwrap());
    // Replicas come at the same moment or just after each other.
    let replicas = (0..8).map(async |after| {
        tokio::time::sleep(std::time::Duration::from_millis(after * 2)).await;
        enforce_versions_of(&world.server.platform, tenant.id).await.unwrap()
    });
    assert_eq!(futures::future::join_all(replicas).await.iter().sum::<u64>(), 1);
    let states = "query { matters(where: { key: { eq: \"contract-recruitment\" } }, orderBy: [{ field: NUMBER, direction: ASC }]) { nodes { state } } }";
    let states = tenant.superior.ok(states, json!({})).await["matters"]["nodes"].clone();
    assert_eq!(states, json!([{ "state": "SUPERSEDED" }, { "state": "SUPERSEDED" }, { "state": "ACTIVE" }]));
    // The running case goes on by its own version: the second branch starts when the first is done.
    tenant.handle(&item(&case, "establishment")).await;
    let now = read(&tenant.superior, &case["id"]).await;
    assert_eq!((&now["state"], &item(&now, "treasury")["state"]), (&json!("RUNNING"), &json!("PENDING")));
    assert_eq!(item(&now, "treasury")["dueOn"], "2025-10-10", "its own clock, over the holidays");
    tenant.handle(&item(&now, "treasury")).await;
    assert_eq!(read(&tenant.superior, &case["id"]).await["state"], "DONE");
    let fresh = open(tenant, key, "stranger").await;
    assert_eq!(fresh["matter"]["number"], 3);
}

#[tokio::test]
async fn h_02_the_counts_of_the_provincial_groups_are_the_tenants_to_correct() {
    let world = World::start().await;
    let tenant = &world.a;
    let counts = async || {
        let query = "{ matterAggregate(where: { state: { eq: ACTIVE } }, groupBy: [GROUP]) { groups { key { group } count } } }";
        let reply = tenant.superior.gql(query, json!({})).await;
        reply.body["data"]["matterAggregate"].to_string()
    };
    let before = counts().await;
    let query = "{ matters(where: { key: { eq: \"commuting\" } }) { nodes { id version } } }";
    let row = tenant.superior.ok(query, json!({})).await["matters"]["nodes"][0].clone();
    let close = json!({ "id": row["id"], "expectedVersion": row["version"], "reason": "并入一卡通" });
    let closed = tenant.superior.done("matterClose", close.clone(), "matter { state }").await;
    assert_eq!(closed["matter"]["state"], "CLOSED");
    assert_eq!(codes(&tenant.superior.mutate("matterClose", close, "matter { id }").await), ["NOT_IN_STATE"]);
    assert_ne!(before, counts().await);
    let input = json!({ "matterKey": "commuting", "cadre": tenant.id("cadre:stranger"), "documentNumber": "1", "effectiveMonth": "2025-10" });
    assert_eq!(tenant.refused_base(input).await[0].0, "MATTER_NOT_OFFERED");
    // From the linked to the base group and no further.
    let mut moved = publication(tenant, definition("salary", "PROVINCIAL_BASE"));
    tenant.superior.done("matterPublish", moved.clone(), MATTER).await;
    moved["definition"]["group"] = json!("COUNTY");
    assert_eq!(codes(&tenant.superior.mutate("matterPublish", moved, MATTER).await), ["GROUP_NOT_OWN"]);
}

#[tokio::test]
async fn h_02_a_definition_that_could_not_run_is_refused_whole() {
    let world = World::start().await;
    let tenant = &world.a;
    let refused = async |change: &dyn Fn(&mut Json)| {
        let mut input = publication(tenant, definition("own-matter", "COUNTY"));
        change(&mut input);
        let payload = tenant.superior.mutate("matterPublish", input, "matter { id }").await;
        let errors = payload["userErrors"].as_array().unwrap().clone();
        errors
            .iter()
            .map(|e| format!("{} {}", e["code"].as_str().unwrap(), e["field"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let wrong = ["INVALID_VALUE input.definition"];
    assert_eq!(refused(&|i| i["definition"]["group"] = json!("CITY")).await, ["GROUP_NOT_OWN input.definition.group"]);
    assert_eq!(refused(&|i| i["definition"]["secret"] = json!(1)).await, ["INVALID_FORMAT input.definition"]);
    assert_eq!(refused(&|i| i["definition"]["key"] = json!("Own Matter")).await, wrong);
    assert_eq!(refused(&|i| i["definition"]["form"]["type"] = json!("nothing")).await, wrong);
    assert_eq!(refused(&|i| i["definition"]["branches"][0]["dependsOn"] = json!(["treasury"])).await, wrong);
    assert_eq!(refused(&|i| i["definition"]["branches"][0]["fields"] = json!(["salary"])).await, wrong);
    assert_eq!(refused(&|i| i["handlingUnits"] = json!([])).await, ["REQUIRED input.handlingUnits"; 2]);
    let foreign = world.b.id("root");
    assert_eq!(
        refused(&|i| i["handlingUnits"][0]["unit"] = json!(foreign)).await[0],
        "UNKNOWN_REFERENCE input.handlingUnits.0.unit"
    );
    assert_eq!(
        refused(&|i| i["handlingUnits"][0]["branch"] = json!("tax")).await[0],
        "UNKNOWN_REFERENCE input.handlingUnits.0.branch"
    );
    tenant.superior.done("matterPublish", publication(tenant, definition("own-matter", "COUNTY")), MATTER).await;
    assert_eq!(
        refused(&|i| i["effectiveFrom"] = json!("2025-09-21")).await,
        ["VERSION_OUT_OF_ORDER input.effectiveFrom"]
    );
    // An administrator of a part does not change the tenant's catalogue.
    let mutation = "mutation($input: MatterPublishInput!) { matterPublish(input: $input) { matter { id } } }";
    let input = publication(tenant, definition("other-matter", "COUNTY"));
    assert_eq!(tenant.senior.gql(mutation, json!({ "input": input })).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn h_01_what_is_missing_of_unit_duty_and_step_is_reported() {
    let world = World::start().await;
    let tenant = &world.a;
    let mut input = publication(tenant, definition("own-matter", "COUNTY"));
    input["definition"]["branches"][1]["dutyItem"] = json!("");
    let matter = tenant.superior.done("matterPublish", input, MATTER).await["matter"].clone();
    assert_eq!(matter["branchesWithGaps"], 1);
    let links: Vec<&Json> =
        matter["branches"]["nodes"].as_array().unwrap().iter().map(|b| &b["missingLinks"]).collect();
    assert_eq!(links, [&json!([]), &json!(["DUTY"])]);
}

#[tokio::test]
async fn h_01_a_citys_own_matters_run_and_a_former_officer_is_placed() {
    let world = World::start().await;
    world.add_city_matters().await;
    let tenant = &world.a;
    let query = "{ matters(where: { group: { eq: CITY } }, orderBy: [{ field: KEY, direction: ASC }]) { nodes { key branchesWithGaps } } }";
    let city = tenant.superior.ok(query, json!({})).await["matters"]["nodes"].clone();
    let keys: Vec<&str> = city.as_array().unwrap().iter().map(|m| m["key"].as_str().unwrap()).collect();
    assert_eq!(
        keys,
        ["death", "lateral-entry-application", "parking-permit", "transfer-application", "veteran-placement"]
    );
    let (person, number) = tenant.outsider(9).await;
    let entry = json!({ "title": "四级调研员", "rank": "CONSULTANT_4",
        "places": { "kind": "ADMINISTRATIVE", "approved": 10, "taken": 9 } });
    let approval = tenant.approve_base(entry_of(tenant, "veteran-placement", &person, entry)).await;
    let case = tenant.submit_base("veteran-placement", &approval, &number).await;
    tenant.handle_all(&case).await;
    let placed = tenant.register(approval["cadre"]["id"].as_str().unwrap()).await;
    assert_eq!((&placed["state"], &placed["rank"]), (&json!("SERVING"), &json!("CONSULTANT_4")));
    for key in ["parking-permit", "transfer-application", "lateral-entry-application"] {
        let input = json!({ "matterKey": key, "cadre": tenant.id("cadre:stranger"), "documentNumber": key, "effectiveMonth": "2025-10" });
        let approval = tenant.approve_base(input).await;
        let case = tenant.submit_base(key, &approval, tenant.id("idNumber:stranger")).await;
        tenant.handle_all(&case).await;
        assert_eq!(read(&tenant.superior, &case["id"]).await["state"], "DONE", "{key}");
    }
    assert_eq!(tenant.register(tenant.id("cadre:stranger")).await["state"], "SERVING");
}
