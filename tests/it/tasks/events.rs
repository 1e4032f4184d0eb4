//! `workItemProgress`: what happens to an item of work, in order, once to each follower, and only to whom it may concern.

use std::time::Duration;

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World, socket::Socket};

use crate::sockets::{subscribe, word};

const PROGRESS: &str = "subscription($item: ID!, $after: ID) { workItemProgress(workItem: $item, after: $after) \
    { id type number objectIds } }";

async fn listen(actor: &Actor, url: &str, item: &Json, after: &Json) -> Socket {
    let mut socket = Socket::greeted(url, actor.token.as_deref()).await;
    socket.say(subscribe("w", PROGRESS, json!({ "item": item, "after": after }))).await;
    socket
}

/// Events up to the first of this type.
async fn until(socket: &mut Socket, last: &str) -> Vec<Json> {
    let mut seen: Vec<Json> = vec![];
    while seen.last().is_none_or(|event| event["type"] != last) {
        let word = word(socket.hear().await);
        assert_eq!((&word["type"], word["payload"].get("errors")), (&json!("next"), None), "{word}");
        seen.push(word["payload"]["data"]["workItemProgress"].clone());
    }
    seen
}

#[tokio::test]
async fn i_04_each_follower_hears_of_each_event_once_and_again_after_what_he_had() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let replica = world.server.replica().await;
    let mut here = listen(&a.superior, &world.server.url, &item, &Json::Null).await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let mut there = listen(&a.superior, &replica.url, &item, &Json::Null).await;
    a.senior.finish_task(&a.superior, &task).await;
    let seen = until(&mut here, "task.reported").await;
    assert_eq!(until(&mut there, "task.reported").await, seen, "another replica tells the same");
    let types: Vec<&str> = seen.iter().map(|e| e["type"].as_str().unwrap()).collect();
    let wanted = [
        "workItem.created",
        "task.created",
        "task.duty",
        "task.published",
        "task.accepted",
        "task.progressed",
        "task.reported",
    ];
    assert_eq!(types, wanted);
    let numbers: Vec<i64> = seen.iter().map(|e| e["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7], "none is missing, none comes twice");
    assert_eq!(seen[0]["objectIds"], json!([item]));
    assert_eq!(seen[6]["objectIds"], json!([item, task]));
    // Whoever was away comes back with the last event that he had, to whichever replica.
    drop(here);
    let verdict = json!({ "isPassed": true, "score": 90, "note": "好" });
    a.superior.task_done("taskEvaluate", &task, verdict).await;
    for (from, url) in [(0, &world.server.url), (3, &replica.url), (6, &world.server.url)] {
        let mut again = listen(&a.superior, url, &item, &seen[from]["id"]).await;
        let rest = until(&mut again, "task.evaluated").await;
        assert_eq!(rest[..rest.len() - 1], seen[from + 1..], "after {from}");
        assert_eq!(rest.last().unwrap()["number"], 8);
    }
}

#[tokio::test]
async fn events_of_a_tree_that_two_work_in_at_once_have_one_order() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let one = a.owned(&item, None, "道路", "town", &a.senior).await;
    let two = a.owned(&item, None, "管网", "town", &a.senior).await;
    tokio::join!(a.senior.finish_task(&a.superior, &one), a.senior.finish_task(&a.superior, &two));
    let close = json!({ "isPassed": true, "score": 90, "note": "好" });
    a.superior.task_done("taskEvaluate", &one, close).await;
    let mut socket = listen(&a.superior, &world.server.url, &item, &Json::Null).await;
    let seen = until(&mut socket, "task.evaluated").await;
    let numbers: Vec<i64> = seen.iter().map(|e| e["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=14).collect::<Vec<i64>>(), "{seen:?}");
}

#[tokio::test]
async fn nobody_follows_work_that_he_may_not_read() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let nothing = json!("wit_00000000000000000000000000000000");
    let mut told = vec![];
    for asked in [&item, &nothing] {
        let mut socket = listen(&world.b.superior, &world.server.url, asked, &Json::Null).await;
        let mut word = word(socket.hear().await);
        assert!(word["payload"].get("data").is_none_or(Json::is_null), "{word}");
        word["payload"][0]["extensions"]["requestId"] = json!(null);
        told.push(word);
    }
    assert_eq!(told[0], told[1], "another tenant's item is as one that is not there");
    let lost = json!("wev_00000000000000000000000000000000");
    let mut socket = listen(&a.superior, &world.server.url, &item, &lost).await;
    assert!(word(socket.hear().await).to_string().contains("NOT_FOUND"));
    let mut quiet = listen(&a.superior, &world.server.url, &item, &Json::Null).await;
    until(&mut quiet, "workItem.created").await;
    let heard = tokio::time::timeout(Duration::from_millis(300), quiet.hear()).await;
    assert!(heard.is_err(), "nothing happened since");
}
