//! Figures per matter and period (NB-21, NB-22, NB-26, NB-27), K.

use chrono::{NaiveDate, TimeDelta};
use entities::{
    approval, exchange_peer, matter, matter_case, received_case,
    values::{ApprovalState, CaseKind, CaseState, PeerState, TenantLevel},
};
use sea_orm::{ColumnTrait, Set};
use zugong::kernel::{id::parse, session::Reason};
use zugong_tests::Server;

use super::*;

/// The finished and running cases of a year, as many as the city and its counties had.
async fn settle(world: &World, counts: &[(TenantLevel, i32, CaseState)]) {
    let tenant = &world.a;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(tenant.id)).await.unwrap();
    let row = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq("retirement")).required().await.unwrap();
    let id = |name: &str| parse(tenant.id(name)).unwrap().1;
    let (cadre, unit, user) = (id("cadre:stranger"), id("other-town"), parse(&tenant.superior.user).unwrap().1);
    let (now, on) = (tx.now(), NaiveDate::from_ymd_opt(2025, 6, 30).unwrap());
    let (mut approvals, mut cases) = (vec![], vec![]);
    for (level, count, state) in counts {
        for n in 0..*count {
            let (approval, case) = (tx.new_id(), tx.new_id());
            approvals.push(approval::ActiveModel {
                tenant_id: Set(tenant.id),
                id: Set(approval),
                matter_key: Set("retirement".into()),
                cadre_id: Set(cadre),
                unit_id: Set(unit),
                document_number: Set(approval.simple().to_string()),
                decided_on: Set(on),
                effective_month: Set("2025-07".into()),
                decided_by: Set(user),
                rule_version: Set(1),
                choice: Set(json!({})),
                state: Set(ApprovalState::Active),
                revoked_at: Set(None),
                revoke_reason: Set(None),
                version: Set(1),
                created_at: Set(now),
            });
            let done = *state == CaseState::Done;
            cases.push(matter_case::ActiveModel {
                tenant_id: Set(tenant.id),
                id: Set(case),
                number: Set(case.simple().to_string()),
                kind: Set(CaseKind::Ordinary),
                matter_id: Set(row.id),
                approval_id: Set(approval),
                cadre_id: Set(cadre),
                unit_id: Set(unit),
                applicant_id: Set(user),
                form: Set(json!({})),
                warnings: Set(json!([])),
                state: Set(*state),
                level: Set(*level),
                division_code: Set("330203".into()),
                submitted_at: Set(now),
                submitted_on: Set(on),
                finished_at: Set(done.then_some(now)),
                finished_on: Set(done.then_some(on)),
                worked_days: Set(done.then_some(1 + i32::from(n % 20 == 0))),
                cancel_reason: Set(None),
                offline_steps: Set(0),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            });
        }
    }
    tx.insert_many(approvals).await.unwrap();
    tx.insert_many(cases).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn k_8288_cases_are_1028_of_the_city_and_7260_of_its_counties() {
    let world = World::start().await;
    let (city, county) = (TenantLevel::City, TenantLevel::County);
    settle(
        &world,
        &[(city, 1028, CaseState::Done), (county, 7260, CaseState::Done), (county, 3, CaseState::Cancelled)],
    )
    .await;
    let query = "query($from: Date!, $to: Date!) { matterStatistics(matterKey: \"retirement\", from: $from, to: $to) {
        total done running byLevel { level total done cancelled } meanWorkedDays p95WorkedDays baselineDays limitDays
        limitReduction stepsBefore stepsNow stepReduction materialsBefore materialsNow materialReduction visits
        offlineSteps bottlenecks { items } } }";
    let asked = |from: &str, to: &str| json!({ "from": from, "to": to });
    let figures = world.a.leader.ok(query, asked("2025-01-01", "2025-12-31")).await["matterStatistics"].clone();
    assert_eq!((&figures["total"], &figures["done"], &figures["running"]), (&json!(8288), &json!(8288), &json!(0)));
    let levels = json!([
        { "level": "PROVINCE", "total": 0, "done": 0, "cancelled": 0 },
        { "level": "CITY", "total": 1028, "done": 1028, "cancelled": 0 },
        { "level": "COUNTY", "total": 7260, "done": 7260, "cancelled": 3 },
    ]);
    assert_eq!(figures["byLevel"], levels);
    // 415 of 8288 took a day more, which is over 5 %.
    assert_eq!((&figures["meanWorkedDays"], &figures["p95WorkedDays"]), (&json!("1.1"), &json!(2)));
    assert_eq!(
        (&figures["baselineDays"], &figures["limitDays"], &figures["limitReduction"]),
        (&json!(20), &json!(2), &json!("90.0"))
    );
    assert_eq!(
        (&figures["materialsBefore"], &figures["materialsNow"], &figures["materialReduction"]),
        (&json!(22), &json!(5), &json!("77.3"))
    );
    // What no source gives is no rate.
    assert_eq!((&figures["stepsNow"], &figures["visits"], &figures["offlineSteps"]), (&json!(7), &json!(0), &json!(0)));
    assert_eq!(figures["stepReduction"].is_null(), figures["stepsBefore"] == json!(0));
    let before = world.a.leader.ok(query, asked("2025-01-01", "2025-06-29")).await["matterStatistics"].clone();
    assert_eq!(
        (&before["total"], &before["meanWorkedDays"], &before["bottlenecks"]),
        (&json!(0), &Json::Null, &json!([]))
    );
    // Another part of the tree has other cases.
    let town = world.a.senior.ok(query, asked("2025-01-01", "2025-12-31")).await["matterStatistics"].clone();
    assert_eq!(town["total"], 0);
}

/// Cases that a peer told of, each of a day and a state.
async fn told(world: &World, cases: &[(TenantLevel, CaseState, Option<i32>)]) {
    let tenant = &world.a;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(tenant.id)).await.unwrap();
    let (now, peer, on) = (tx.now(), tx.new_id(), NaiveDate::from_ymd_opt(2025, 6, 30).unwrap());
    tx.insert(exchange_peer::ActiveModel {
        tenant_id: Set(tenant.id),
        id: Set(peer),
        code: Set("county".into()),
        name: Set("某县".into()),
        level: Set(TenantLevel::County),
        endpoint: Set("http://127.0.0.1:1".into()),
        public_key: Set("none".into()),
        sends_cases: Set(false),
        state: Set(PeerState::Active),
        position: Set(None),
        registered_by: Set(parse(&tenant.superior.user).unwrap().1),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .await
    .unwrap();
    let row = |(n, (level, state, days)): (usize, &(TenantLevel, CaseState, Option<i32>))| received_case::ActiveModel {
        tenant_id: Set(tenant.id),
        id: Set(tx.new_id()),
        peer_id: Set(peer),
        case_ref: Set(format!("case{n}")),
        number: Set(n.to_string()),
        matter_key: Set("retirement".into()),
        level: Set(*level),
        division_code: Set("330226".into()),
        state: Set(*state),
        submitted_on: Set(on),
        finished_on: Set(days.map(|_| on)),
        worked_days: Set(*days),
        items_done: Set(7),
        items_total: Set(7),
        case_version: Set(1),
        received_at: Set(now),
    };
    tx.insert_many(cases.iter().enumerate().map(row).collect()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn k_a_city_counts_the_cases_that_its_counties_told_of() {
    let server = Server::start().await;
    let a = Tenant::at(&server, 'A', TenantLevel::City, None).await;
    let b = Tenant::new(&server, 'B').await;
    let world = World { server, a, b };
    let (city, county) = (TenantLevel::City, TenantLevel::County);
    settle(&world, &[(city, 2, CaseState::Done)]).await;
    let (done, running) = ((county, CaseState::Done, Some(4)), (county, CaseState::Running, None));
    // A node of the same level or above has told of cases of its own: they are none of the city's.
    let above = [(city, CaseState::Done, Some(9)), (TenantLevel::Province, CaseState::Done, Some(9))];
    told(&world, &[done, done, running, (county, CaseState::Cancelled, None), above[0], above[1]]).await;
    let query = "{ matterStatistics(matterKey: \"retirement\", from: \"2025-06-01\", to: \"2025-06-30\") {
        total told done running byLevel { level total cancelled } meanWorkedDays p95WorkedDays } }";
    let figures = world.a.leader.ok(query, json!({})).await["matterStatistics"].clone();
    let levels = json!([
        { "level": "PROVINCE", "total": 0, "cancelled": 0 },
        { "level": "CITY", "total": 2, "cancelled": 0 },
        { "level": "COUNTY", "total": 3, "cancelled": 1 },
    ]);
    assert_eq!(figures["byLevel"], levels);
    let counts = ["total", "told", "done", "running", "p95WorkedDays"].map(|name| figures[name].as_i64().unwrap());
    assert_eq!(counts, [5, 3, 4, 1, 4]);
    // Two of 2 and 1 days, two of 4 days.
    assert_eq!(figures["meanWorkedDays"], "2.8");
    // Whoever sees a part of the city only is not told of its counties.
    let town = world.a.senior.ok(query, json!({})).await["matterStatistics"].clone();
    assert_eq!((&town["total"], &town["told"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn h_04_the_bottleneck_is_the_agency_that_is_late() {
    let world = World::start().await;
    let tenant = &world.a;
    let case = tenant.open_case("applicant", "2025-07").await;
    let prompt = item(&case, "treasury");
    finish(&tenant.handlers["treasury"], &prompt).await;
    let accepted = act(&tenant.handlers["medical"], "caseItemAccept", &item(&case, "medical"), json!({})).await;
    act(&tenant.handlers["medical"], "caseItemReturn", &accepted, json!({ "reason": "账号有误" })).await;
    // Two working days are promised from Monday on; on Friday all that wait are late.
    world.server.clock.advance(TimeDelta::days(4));
    finish(&tenant.handlers["establishment"], &item(&case, "establishment")).await;
    let query = "{ matterStatistics(matterKey: \"retirement\", from: \"2025-09-01\", to: \"2025-09-30\") {
        running returned { items handlingUnit { name } }
        bottlenecks { handlingUnit { name } items open overdue returned meanWorkedDays p95WorkedDays } } }";
    let figures = tenant.superior.ok(query, json!({})).await["matterStatistics"].clone();
    let agencies = figures["bottlenecks"].as_array().unwrap();
    assert_eq!((agencies.len(), &figures["running"]), (7, &json!(1)));
    let named =
        |name: &str| agencies.iter().find(|a| a["handlingUnit"]["name"].as_str().unwrap().starts_with(name)).unwrap();
    assert!(agencies[0]["handlingUnit"]["name"].as_str().unwrap().starts_with("establishment"), "{figures}");
    let late = named("establishment");
    assert_eq!((&late["open"], &late["overdue"], &late["meanWorkedDays"]), (&json!(0), &json!(1), &json!("4.0")));
    let waiting = named("social-security");
    assert_eq!(
        (&waiting["open"], &waiting["overdue"], &waiting["meanWorkedDays"]),
        (&json!(1), &json!(1), &Json::Null)
    );
    let prompt = named("treasury");
    assert_eq!((&prompt["overdue"], &prompt["p95WorkedDays"]), (&json!(0), &json!(0)));
    assert_eq!(named("medical")["returned"], 1);
    assert_eq!(figures["returned"][0]["items"], 1);
}
