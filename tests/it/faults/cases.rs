//! A case goes through seven agencies while the program is killed under their hands.

use std::time::{Duration, Instant};

use futures::{StreamExt, future::join_all};
use rand::Rng;
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use zugong_tests::{
    Actor, Reply, dice, leaks,
    plant::{Program, SOON},
};

use super::plant;

const ITEM: &str = "caseItem { id version state }";
const PROGRESS: &str =
    "subscription($case: ID!, $after: ID) { caseProgress(case: $case, after: $after) { id type version } }";
/// However often the program is killed, this is enough.
const LONG: Duration = Duration::from_secs(120);

/// One change, tried again under its key until a server says that it is done.
async fn insist(actor: &Actor, field: &str, item: &Json, more: Json) -> Json {
    let mut input = json!({ "id": item["id"], "expectedVersion": item["version"],
        "idempotencyKey": format!("{field}-{}", item["id"].as_str().unwrap()) });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {ITEM} userErrors {{ code }} }} }}");
    let begun = Instant::now();
    loop {
        let body = json!({ "query": query, "variables": { "input": input } });
        let request = actor.http.post(format!("{}/graphql", actor.url)).json(&body).timeout(Duration::from_secs(5));
        let sent = request.bearer_auth(actor.token.as_deref().unwrap()).send().await;
        let reply = match sent {
            Ok(reply) => Reply::heard(reply).await.map_or(Json::Null, |reply| reply.body),
            Err(_) => Json::Null,
        };
        let made = &reply["data"][field];
        if made["userErrors"] == json!([]) && made["caseItem"]["id"] == item["id"] {
            return made["caseItem"].clone();
        }
        let error = &reply["errors"][0]["extensions"];
        assert!(reply.is_null() || error["retryable"] == json!(true), "{field}: {reply}");
        assert!(begun.elapsed() < LONG, "{field} was never done: {reply}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Follows a case, from the last event it has had whenever the stream breaks, until the case is done.
async fn follow(actor: Actor, case: String) -> Vec<(String, String, i64)> {
    let (mut heard, begun): (Vec<(String, String, i64)>, _) = (vec![], Instant::now());
    while begun.elapsed() < LONG {
        let after = heard.last().map(|(id, ..)| id.clone());
        let body = json!({ "query": PROGRESS, "variables": { "case": case, "after": after } });
        let request = actor.http.post(format!("{}/graphql/stream", actor.url)).json(&body);
        if let Ok(reply) = request.bearer_auth(actor.token.as_deref().unwrap()).send().await {
            let (mut bytes, mut text) = (reply.bytes_stream(), String::new());
            while let Some(Ok(piece)) = bytes.next().await {
                text.push_str(&String::from_utf8_lossy(&piece));
                while let Some((event, rest)) = text.split_once("\n\n").map(|(e, r)| (e.to_string(), r.to_string())) {
                    text = rest;
                    let data = event.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or_default();
                    let Ok(data) = serde_json::from_str::<Json>(data) else { continue };
                    leaks::check(&data);
                    let event = &data["data"]["caseProgress"];
                    let Some(id) = event["id"].as_str() else { continue };
                    let kind = event["type"].as_str().unwrap().to_string();
                    heard.push((id.into(), kind.clone(), event["version"].as_i64().unwrap()));
                    if kind == "case.done" {
                        return heard;
                    }
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    panic!("the case was never done: {heard:?}");
}

/// Faults 1 to 4 and I3, I5: each step happens once, the case is done once, and whoever follows it over all the breaks
/// hears of each event once and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_comes_through_kills_with_each_step_once() {
    let Some(plant) = plant().await else { return };
    let mut dice = dice();
    let mut program = Program::start(&plant.postgres.url(), &[]);
    program.ready(&plant.http).await;
    let tenant = plant.tenant.moved_to(&program.url);
    let case = tenant.open_case("applicant", "2025-07").await;
    let (done, mut over) = watch::channel(false);
    let killer = async {
        let mut kills = 0;
        while !*over.borrow_and_update() && kills < 40 {
            tokio::time::sleep(Duration::from_millis(dice.random_range(20..250))).await;
            program.kill();
            program.begin();
            kills += 1;
            assert!(program.ready(&plant.http).await < SOON, "{}", program.log());
        }
        kills
    };
    let agencies = async {
        let items = case["items"]["nodes"].as_array().unwrap();
        let handled = items.iter().map(async |item| {
            let actor = &tenant.handlers[item["key"].as_str().unwrap()];
            let accepted = insist(actor, "caseItemAccept", item, json!({})).await;
            insist(actor, "caseItemFinish", &accepted, json!({ "result": "已办理" })).await
        });
        join_all(handled).await;
        done.send_replace(true);
    };
    let follower = follow(tenant.superior.clone(), case["id"].as_str().unwrap().to_string());
    let (kills, (), heard) = tokio::join!(killer, agencies, follower);
    println!("{kills} kills, {} events", heard.len());
    assert!(kills > 0);
    let count = |kind: &str| heard.iter().filter(|(_, topic, _)| topic == kind).count();
    assert_eq!((count("caseItem.accepted"), count("caseItem.finished"), count("case.done")), (7, 7, 1), "{heard:?}");
    let versions: Vec<i64> = heard.iter().map(|(.., version)| *version).collect();
    assert!(versions.is_sorted(), "{versions:?}");
    let number = zugong::kernel::id::parse(case["id"].as_str().unwrap()).unwrap().1;
    let written = plant.probe.count_where("outbox", "object_id = $2", vec![number.into()]).await;
    assert_eq!(i64::try_from(heard.len()).unwrap(), written, "each event that was written, once: {heard:?}");
    let steps = "case_id = $2 and action in ('ACCEPT', 'FINISH')";
    assert_eq!(plant.probe.count_where("case_step", steps, vec![number.into()]).await, 14);
    plant.check_neighbour().await;
}
