//! The base matters besides retirement: what each does to the register when its last agency is done, and how a
//! reversal puts back what was there (H-05, D-06).

use zugong::modules::matters::jobs::apply_due_effects_of;

use super::*;

const PUBLIC: &str = "2025-09-12";

pub fn publicity() -> Json {
    json!({ "publishedOn": PUBLIC, "until": "2025-09-19" })
}

/// An approval for one of the world's cadres, with facts under their name.
pub fn approval_of(tenant: &Tenant, matter: &str, who: &str, month: &str, facts: (&str, Json)) -> Json {
    let mut input = json!({ "matterKey": matter, "cadre": tenant.id(&format!("cadre:{who}")),
        "documentNumber": format!("海组〔2025〕{matter}-{who}"), "effectiveMonth": month });
    input[facts.0] = facts.1;
    input
}

/// An approval for somebody who is to enter.
pub fn entry_of(tenant: &Tenant, matter: &str, person: &str, entry: Json) -> Json {
    json!({ "matterKey": matter, "candidate": tenant.candidate(person), "documentNumber": format!("海组〔2025〕{matter}"),
        "effectiveMonth": "2025-09", "effectiveOn": "2025-09-20", "entry": entry })
}

pub fn rank(to: &str, since: &str) -> Json {
    json!({ "rank": to, "rankSince": since, "quota": { "pool": "COUNTY", "posts": 30 }, "publicity": publicity() })
}

fn places(approved: i32) -> Json {
    json!({ "kind": "ADMINISTRATIVE", "approved": approved, "taken": 9, "promised": 0 })
}

pub fn recruit() -> Json {
    json!({ "title": "一级科员", "rank": "CLERK_1", "places": places(10), "publicity": publicity() })
}

pub fn transfer(tenant: &Tenant) -> Json {
    json!({ "unit": tenant.id("other-town"), "title": "副主任", "level": "SECTION_DEPUTY", "places": places(10),
        "posts": { "approved": 3, "taken": 2 } })
}

fn posts(register: &Json) -> Vec<(String, Json)> {
    let nodes = register["appointments"]["nodes"].as_array().unwrap();
    nodes.iter().map(|post| (post["title"].as_str().unwrap().to_string(), post["endedOn"].clone())).collect()
}

#[tokio::test]
async fn b_02_a_rank_is_in_the_register_with_the_last_item_and_a_reversal_takes_it_back() {
    let world = World::start().await;
    let tenant = &world.a;
    let cadre = tenant.id("cadre:applicant");
    let input =
        approval_of(tenant, "rank-change", "applicant", "2025-09", ("position", rank("CONSULTANT_4", "2023-09-01")));
    let approval = tenant.approve_base(input).await;
    let case = tenant.submit_base("rank-change", &approval, tenant.id("idNumber:applicant")).await;
    let (last, first) = case["items"]["nodes"].as_array().unwrap().split_last().unwrap();
    for item in first {
        tenant.handle(item).await;
    }
    assert_eq!(tenant.register(cadre).await["rank"], "PRINCIPAL_CLERK_1", "not before the last agency is done");
    tenant.handle(last).await;
    assert_eq!(tenant.register(cadre).await["rank"], "CONSULTANT_4");
    // The form was filled in from the approval and the register.
    let form = tenant.superior.ok("query($id: ID!) { case(id: $id) { form } }", json!({ "id": case["id"] })).await;
    let form = &form["case"]["form"];
    assert_eq!(
        (&form["change"], &form["fromRank"], &form["toRank"]),
        (&json!("RANK"), &json!("PRINCIPAL_CLERK_1"), &json!("CONSULTANT_4"))
    );
    assert_eq!((&form["publishedOn"], &form["unit"]), (&json!(PUBLIC), &json!("甲街道第一社区A")));
    // From now on the register itself knows since when: the next step is two years away, whatever is said.
    let next =
        approval_of(tenant, "rank-change", "applicant", "2025-09", ("position", rank("CONSULTANT_3", "2020-01-01")));
    let mut next = next;
    next["documentNumber"] = json!("另一文号");
    assert_eq!(tenant.refused_base(next).await, [("TENURE_TOO_SHORT".into(), "input.position.rank".into())]);
    tenant.reverse_base(&approval).await;
    assert_eq!(tenant.register(cadre).await["rank"], "PRINCIPAL_CLERK_1");
}

#[tokio::test]
async fn b_05_a_post_replaces_the_main_post() {
    let world = World::start().await;
    let tenant = &world.a;
    let position = json!({ "title": "党工委副书记", "level": "DIVISION_DEPUTY", "posts": { "approved": 2, "taken": 1 },
        "publicity": publicity() });
    let input = approval_of(tenant, "rank-change", "applicant", "2025-09", ("position", position));
    let approval = tenant.carry_through(input, tenant.id("idNumber:applicant")).await;
    let now = tenant.register(tenant.id("cadre:applicant")).await;
    assert_eq!(now["mainAppointment"], json!({ "title": "党工委副书记", "level": "DIVISION_DEPUTY" }));
    assert_eq!(posts(&now), [("主任A".into(), json!("2025-08-31")), ("党工委副书记".into(), json!(null))]);
    tenant.reverse_base(&approval).await;
    let back = tenant.register(tenant.id("cadre:applicant")).await;
    assert_eq!(back["mainAppointment"]["title"], "主任A");
    assert_eq!(posts(&back), [("主任A".into(), json!(null)), ("党工委副书记".into(), json!("2025-09-22"))]);
}

#[tokio::test]
async fn f_11_a_resignation_to_come_takes_effect_on_its_day_and_ends_every_post() {
    let world = World::start().await;
    let tenant = &world.a;
    let facts = json!({ "appliedOn": "2025-09-01", "isLeader": false, "reason": "个人原因" });
    let input = approval_of(tenant, "resignation", "stranger", "2025-10", ("resignation", facts));
    let approval = tenant.carry_through(input, tenant.id("idNumber:stranger")).await;
    assert_eq!(approval["choice"]["decisionDue"], "2025-10-01");
    assert_eq!(register(&world, "stranger").await.0, CadreState::Serving, "its day has not come");
    world.server.clock.set("2025-10-01T01:00:00Z".parse().unwrap());
    let (one, two) = tokio::join!(
        apply_due_effects_of(&world.server.platform, tenant.id),
        apply_due_effects_of(&world.server.platform, tenant.id)
    );
    assert!(one.unwrap() + two.unwrap() >= 1);
    assert_eq!(register(&world, "stranger").await, (CadreState::Resigned, "2025-10-01".into(), 1));
    let after = tenant.register(tenant.id("cadre:stranger")).await;
    assert_eq!(posts(&after), [("主任A".into(), json!("2025-09-30"))]);
    tenant.reverse_base(&approval).await;
    let back = tenant.register(tenant.id("cadre:stranger")).await;
    assert_eq!((&back["state"], &back["stateSince"]), (&json!("SERVING"), &json!("1990-01-01")));
    assert_eq!(posts(&back), [("主任A".into(), json!(null))]);
}

#[tokio::test]
async fn f_11_a_dismissal_is_somebodys_decision_and_is_carried_out_under_investigation_too() {
    let world = World::start().await;
    let tenant = &world.a;
    let flag = json!({ "id": tenant.id("cadre:stranger"), "expectedVersion": 1, "underInvestigation": true, "reason": "立案" });
    tenant.superior.done("cadreInvestigationSet", flag, "cadre { id }").await;
    let facts = json!({ "kind": "EXPULSION", "reason": "严重违纪违法", "notifiedOn": "2025-09-22" });
    let mut input = approval_of(tenant, "dismissal", "stranger", "2025-09", ("dismissal", facts));
    input["effectiveOn"] = json!("2025-09-22");
    let approval = tenant.carry_through(input, tenant.id("idNumber:stranger")).await;
    let after = tenant.register(tenant.id("cadre:stranger")).await;
    assert_eq!((&after["state"], &after["stateSince"]), (&json!("DISMISSED"), &json!("2025-09-22")));
    assert_eq!(posts(&after), [("主任A".into(), json!("2025-09-21"))]);
    tenant.reverse_base(&approval).await;
    assert_eq!(tenant.register(tenant.id("cadre:stranger")).await["state"], "SERVING");
}

#[tokio::test]
async fn h_05_a_death_comes_before_a_retirement_that_waits() {
    let world = World::start().await;
    world.add_city_matters().await;
    let tenant = &world.a;
    let retirement = approve(tenant, "colleague", "2025-12").await;
    let case = submit(tenant, &tenant.junior, "colleague", &retirement).await;
    for key in AGENCIES {
        finish(&tenant.handlers[key], &item(&case, key)).await;
    }
    let facts = json!({ "diedOn": "2025-09-20", "certificateNumber": "D-1" });
    let input = approval_of(tenant, "death", "colleague", "2025-09", ("death", facts));
    let approval = tenant.carry_through(input, tenant.id("idNumber:colleague")).await;
    let choice = &approval["choice"];
    assert_eq!(
        (&choice["payStopsMonth"], &choice["lastDuesMonth"], &choice["closedFrom"]),
        (&json!("2025-10"), &json!("2025-09"), &json!("2025-09-21"))
    );
    let after = tenant.register(tenant.id("cadre:colleague")).await;
    assert_eq!((&after["state"], &after["stateSince"]), (&json!("DECEASED"), &json!("2025-09-20")));
    assert_eq!(posts(&after), [("主任A".into(), json!("2025-09-20"))]);
    world.server.clock.set("2026-01-05T01:00:00Z".parse().unwrap());
    apply_due_effects_of(&world.server.platform, tenant.id).await.unwrap();
    assert_eq!(register(&world, "colleague").await.0, CadreState::Deceased);
}

#[tokio::test]
async fn h_05_a_recruit_is_on_probation_for_a_year_and_then_appointed() {
    let world = World::start().await;
    let tenant = &world.a;
    let (person, number) = tenant.outsider(1).await;
    let approval = tenant.approve_base(entry_of(tenant, "recruitment", &person, recruit())).await;
    let cadre = approval["cadre"]["id"].as_str().unwrap();
    let waiting = tenant.register(cadre).await;
    assert_eq!((&waiting["state"], posts(&waiting).len()), (&json!("CANDIDATE"), 0));
    assert_eq!(approval["choice"]["probationEndsOn"], "2026-09-20");
    let case = tenant.submit_base("recruitment", &approval, &number).await;
    tenant.handle_all(&case).await;
    let recruited = tenant.register(cadre).await;
    assert_eq!((&recruited["state"], &recruited["stateSince"]), (&json!("PROBATION"), &json!("2025-09-20")));
    assert_eq!((&recruited["rank"], &recruited["mainAppointment"]["title"]), (&json!("CLERK_1"), &json!("一级科员")));

    let conclude = |outcome: &str| json!({ "id": cadre, "expectedVersion": recruited["version"], "outcome": outcome, "reason": "试用期考核合格" });
    let early = tenant.superior.mutate("cadreProbationConclude", conclude("CONFIRMED"), "cadre { id }").await;
    assert_eq!(codes(&early), ["PROBATION_NOT_OVER"]);
    let program = tenant.service.mutate("cadreProbationConclude", conclude("CANCELLED"), "cadre { id }").await;
    assert_eq!(codes(&program), ["HUMAN_DECISION_REQUIRED"]);
    world.server.clock.set("2026-09-20T01:00:00Z".parse().unwrap());
    let done =
        tenant.superior.done("cadreProbationConclude", conclude("CONFIRMED"), "cadre { state stateSince }").await;
    assert_eq!(done["cadre"], json!({ "state": "SERVING", "stateSince": "2026-09-20" }));
}

#[tokio::test]
async fn h_05_a_reversed_recruitment_leaves_a_candidate_who_may_be_approved_anew() {
    let world = World::start().await;
    let tenant = &world.a;
    let (person, number) = tenant.outsider(2).await;
    let approval = tenant.carry_through(entry_of(tenant, "recruitment", &person, recruit()), &number).await;
    tenant.reverse_base(&approval).await;
    let cadre = approval["cadre"]["id"].as_str().unwrap();
    assert_eq!(tenant.register(cadre).await["state"], "CANDIDATE");
    let mut again = entry_of(tenant, "recruitment", &person, recruit());
    again["documentNumber"] = json!("海组〔2025〕再次录用");
    assert_eq!(tenant.approve_base(again).await["cadre"]["id"], cadre, "no second row for the same candidate");
}

#[tokio::test]
async fn h_05_lateral_entry_leads_to_a_post_without_probation() {
    let world = World::start().await;
    let tenant = &world.a;
    let (person, number) = tenant.outsider(3).await;
    let entry = json!({ "title": "二级调研员", "rank": "CONSULTANT_2", "origin": "UNIVERSITY", "fromUnit": "甲大学",
        "places": places(10), "publicity": publicity() });
    let approval = tenant.carry_through(entry_of(tenant, "lateral-entry", &person, entry), &number).await;
    let entered = tenant.register(approval["cadre"]["id"].as_str().unwrap()).await;
    assert_eq!((&entered["state"], &entered["rank"]), (&json!("SERVING"), &json!("CONSULTANT_2")));
}

#[tokio::test]
async fn h_05_a_transfer_moves_place_post_and_person_and_back() {
    let world = World::start().await;
    let tenant = &world.a;
    let cadre = tenant.id("cadre:applicant");
    let input = approval_of(tenant, "transfer", "applicant", "2025-09", ("move", transfer(tenant)));
    let approval = tenant.carry_through(input, tenant.id("idNumber:applicant")).await;
    let moved = tenant.register(cadre).await;
    let there = json!({ "id": tenant.id("other-town") });
    assert_eq!((&moved["unit"], &moved["person"]["unit"], &moved["state"]), (&there, &there, &json!("SERVING")));
    assert_eq!(posts(&moved), [("主任A".into(), json!("2025-08-31")), ("副主任".into(), json!(null))]);
    // Whoever keeps the records of the old unit sees the cadre no more, the new unit does.
    let query = "query($id: ID!) { cadre(id: $id) { id } }";
    let seen = async |actor: &Actor| actor.gql(query, json!({ "id": cadre })).await.body["data"]["cadre"].is_object();
    assert_eq!((seen(&tenant.junior).await, seen(&tenant.neighbour).await), (false, true));
    tenant.reverse_base(&approval).await;
    let back = tenant.register(cadre).await;
    let home = json!({ "id": tenant.id("village") });
    assert_eq!(
        (&back["unit"], &back["person"]["unit"], &back["mainAppointment"]["title"]),
        (&home, &home, &json!("主任A"))
    );
}

#[tokio::test]
async fn h_05_a_transfer_out_of_the_tenant_and_an_open_selection() {
    let world = World::start().await;
    let tenant = &world.a;
    let out = json!({ "outside": "市发展和改革委员会", "title": "四级调研员" });
    let input = approval_of(tenant, "transfer", "applicant", "2025-09", ("move", out));
    tenant.carry_through(input, tenant.id("idNumber:applicant")).await;
    let gone = tenant.register(tenant.id("cadre:applicant")).await;
    assert_eq!((&gone["state"], posts(&gone)), (&json!("TRANSFERRED"), vec![("主任A".into(), json!("2025-08-31"))]));
    let mut chosen = transfer(tenant);
    chosen["announcementNumber"] = json!("遴选〔2025〕1号");
    chosen["publicity"] = publicity();
    let input = approval_of(tenant, "open-selection", "colleague", "2025-09", ("move", chosen));
    tenant.carry_through(input, tenant.id("idNumber:colleague")).await;
    assert_eq!(tenant.register(tenant.id("cadre:colleague")).await["unit"]["id"], tenant.id("other-town"));
}

#[tokio::test]
async fn h_05_a_secondment_keeps_the_relation_and_ends_by_itself() {
    let world = World::start().await;
    let tenant = &world.a;
    let cadre = tenant.id("cadre:applicant");
    let facts = json!({ "host": tenant.id("other-town"), "title": "挂职副主任", "endsOn": "2025-11-30" });
    let input = approval_of(tenant, "secondment", "applicant", "2025-09", ("secondment", facts));
    tenant.carry_through(input, tenant.id("idNumber:applicant")).await;
    let away = tenant.register(cadre).await;
    assert_eq!(
        (&away["unit"]["id"], &away["mainAppointment"]["title"]),
        (&json!(tenant.id("village")), &json!("主任A"))
    );
    assert_eq!(posts(&away), [("主任A".into(), json!(null)), ("挂职副主任".into(), json!("2025-11-30"))]);
    let facts = json!({ "host": tenant.id("town"), "title": "挂职", "endsOn": "2026-03-31" });
    let mut second = approval_of(tenant, "secondment", "applicant", "2025-11", ("secondment", facts));
    second["documentNumber"] = json!("第二次挂职");
    assert_eq!(tenant.refused_base(second).await, [("PERIOD_OVERLAPS".into(), "input.secondment.endsOn".into())]);
    assert_eq!(register(&world, "applicant").await.2, 0);
    world.server.clock.set("2025-12-01T01:00:00Z".parse().unwrap());
    apply_due_effects_of(&world.server.platform, tenant.id).await.unwrap();
    assert_eq!(register(&world, "applicant").await.2, 1, "the return is noted on the case, once");
    apply_due_effects_of(&world.server.platform, tenant.id).await.unwrap();
    assert_eq!(register(&world, "applicant").await.2, 1);
    let query = "query($id: ID!) { appointments(asOf: \"2025-12-01\", where: { isMain: { eq: false } }) { totalCount } cadre(id: $id) { id } }";
    let now = tenant.superior.ok(query, json!({ "id": cadre })).await;
    assert_eq!(now["appointments"]["totalCount"], 0);
}
