//! `caseProgress`: what happens to a case, in order, once, and only to whom it may concern.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, Probe, Tenant, World,
    socket::{Heard, Socket},
    world::AGENCIES,
};

use crate::{
    matters::{approve, item, submit},
    sockets::{closed, subscribe, word},
};

const PROGRESS: &str =
    "subscription($case: ID!, $after: ID) { caseProgress(case: $case, after: $after) { id type version objectIds } }";

pub async fn listen(actor: &Actor, url: &str, case: &Json, after: Option<&str>) -> Socket {
    let mut socket = Socket::greeted(url, actor.token.as_deref()).await;
    socket.say(subscribe("p", PROGRESS, json!({ "case": case["id"], "after": after }))).await;
    socket
}

/// The next event.
async fn event(socket: &mut Socket) -> Json {
    let word = word(socket.hear().await);
    assert_eq!((&word["type"], word["payload"].get("errors")), (&json!("next"), None), "{word}");
    word["payload"]["data"]["caseProgress"].clone()
}

/// Events up to the one of this type.
async fn until(socket: &mut Socket, last: &str) -> Vec<Json> {
    let mut seen = vec![];
    loop {
        seen.push(event(socket).await);
        if seen.last().unwrap()["type"] == last {
            return seen;
        }
    }
}

async fn silent(socket: &mut Socket, within: Duration) -> bool {
    tokio::time::timeout(within, socket.hear()).await.is_err()
}

pub async fn act(tenant: &Tenant, field: &str, key: &str, item: &Json) -> Json {
    let mut input = json!({ "id": item["id"], "expectedVersion": item["version"] });
    if field == "caseItemFinish" {
        input["result"] = json!("已办理");
    }
    tenant.handlers[key].done(field, input, "caseItem { id version }").await["caseItem"].clone()
}

async fn run_through(tenant: &Tenant, case: &Json) {
    for key in AGENCIES {
        let accepted = act(tenant, "caseItemAccept", key, &item(case, key)).await;
        act(tenant, "caseItemFinish", key, &accepted).await;
    }
}

#[tokio::test]
async fn h_03_a_retirement_is_told_in_order_and_resumed_where_it_was_left() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let replica = world.server.replica().await;
    let mut here = listen(&tenant.applicant, &world.server.url, &case, None).await;
    let mut there = listen(&tenant.superior, &replica.url, &case, None).await;
    run_through(tenant, &case).await;
    let seen = until(&mut here, "case.done").await;
    assert_eq!(until(&mut there, "case.done").await, seen, "another replica tells the same");
    let versions: Vec<i64> = seen.iter().map(|e| e["version"].as_i64().unwrap()).collect();
    assert!(versions.is_sorted(), "{versions:?}");
    let count = |kind: &str| seen.iter().filter(|e| e["type"] == kind).count();
    assert_eq!((count("caseItem.accepted"), count("caseItem.finished"), count("case.done")), (7, 7, 1), "{seen:?}");
    for (i, event) in seen.iter().enumerate() {
        assert_eq!(event["objectIds"][0], case["id"]);
        assert!(seen[..i].iter().all(|other| other["id"] != event["id"]), "none is told twice");
    }
    for from in [0, seen.len() / 2, seen.len() - 2] {
        let mut again = listen(&tenant.applicant, &world.server.url, &case, seen[from]["id"].as_str()).await;
        assert_eq!(until(&mut again, "case.done").await, seen[from + 1..], "after {from}");
    }
    let mut end = listen(&tenant.applicant, &world.server.url, &case, seen.last().unwrap()["id"].as_str()).await;
    assert!(silent(&mut end, Duration::from_millis(500)).await);
    end.say(json!({ "type": "complete", "id": "p" })).await;
    end.say(json!({ "type": "ping" })).await;
    assert_eq!(word(end.hear().await)["type"], "pong");
}

#[tokio::test]
async fn an_agency_hears_of_its_own_item_only() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let mut socket = listen(&tenant.handlers["medical"], &world.server.url, &case, None).await;
    run_through(tenant, &case).await;
    let own = &item(&case, "medical")["id"];
    let seen = until(&mut socket, "case.done").await;
    assert!(seen.iter().all(|e| e["objectIds"].get(1).is_none_or(|id| id == own)), "{seen:?}");
    assert!(seen.iter().any(|e| e["type"] == "caseItem.finished"), "{seen:?}");
}

#[tokio::test]
async fn nobody_follows_what_he_may_not_read() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let nothing = json!({ "id": "cas_00000000000000000000000000000000" });
    for (name, actor) in [("another tenant", &world.b.superior), ("another town", &tenant.neighbour)] {
        let mut told = vec![];
        for case in [&case, &nothing] {
            let mut socket = listen(actor, &world.server.url, case, None).await;
            let mut word = word(socket.hear().await);
            assert!(word["payload"].get("data").is_none_or(Json::is_null), "{name}: {word}");
            word["payload"][0]["extensions"]["requestId"] = json!(null);
            told.push(word);
        }
        assert_eq!(told[0], told[1], "{name}: as if there were no such case");
    }
    let mut stranger = Socket::greeted(&world.server.url, None).await;
    stranger.say(subscribe("p", PROGRESS, json!({ "case": case["id"] }))).await;
    assert!(word(stranger.hear().await).to_string().contains("UNAUTHENTICATED"));
    let mut lost =
        listen(&tenant.applicant, &world.server.url, &case, Some("evt_00000000000000000000000000000000")).await;
    assert!(word(lost.hear().await).to_string().contains("NOT_FOUND"));
}

#[tokio::test]
async fn an_identifier_is_in_use_until_its_operation_ends() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let again = subscribe("p", PROGRESS, json!({ "case": case["id"] }));
    let mut socket = listen(&tenant.applicant, &world.server.url, &case, None).await;
    socket.say(again.clone()).await;
    assert_eq!(closed(&mut socket).await, 4409);
    let mut socket = listen(&tenant.applicant, &world.server.url, &case, None).await;
    event(&mut socket).await;
    socket.say(json!({ "type": "complete", "id": "p" })).await;
    socket.say(again).await;
    event(&mut socket).await;
    let mut full = listen(&tenant.applicant, &world.server.url, &case, None).await;
    for i in 0..20 {
        full.say(subscribe(&format!("p{i}"), PROGRESS, json!({ "case": case["id"] }))).await;
    }
    assert_eq!(closed(&mut full).await, 4429, "twenty operations on one socket");
}

/// C-13: a right that is withdrawn is withdrawn for open subscriptions too.
#[tokio::test]
async fn whoever_loses_the_right_hears_nothing_more() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let mut socket = listen(&tenant.junior, &world.server.url, &case, None).await;
    event(&mut socket).await;
    while !silent(&mut socket, Duration::from_millis(300)).await {}
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    let user = zugong::kernel::id::parse(&tenant.junior.user).unwrap().1;
    probe
        .run("delete from role_assignment where tenant_id = $1 and user_id = $2", vec![tenant.id.into(), user.into()])
        .await;
    probe.run("update authz_version set version = version + 1 where tenant_id = $1", vec![tenant.id.into()]).await;
    // Rights are polled every second here, every hint aside.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    act(tenant, "caseItemAccept", "medical", &item(&case, "medical")).await;
    let start = Instant::now();
    match socket.hear().await {
        Heard::Word(word) => assert!(!word.to_string().contains("caseItem.accepted"), "{word}"),
        Heard::Closed(frame) => assert_eq!(frame.map(|f| u16::from(f.code)), Some(4403)),
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}
