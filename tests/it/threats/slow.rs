//! Subscribers who want too much or take nothing.

use std::time::{Duration, Instant};

use futures::{SinkExt, future::join_all};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest},
};
use zugong_tests::{
    World,
    socket::{Heard, Socket},
    wire::Wire,
    world::AGENCIES,
};

use crate::{
    matters::{approve, item, submit},
    progress::{act, listen},
    rights::assignment,
    sockets::{closed, subscribe, word},
};

const GOOD: &str = "{ units(first: 1) { nodes { name } } }";

/// Threat 18: the twenty-first stream of a socket ends it.
#[tokio::test]
async fn a_socket_has_twenty_streams() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let mut socket = Socket::greeted(&world.server.url, tenant.applicant.token.as_deref()).await;
    let query = "subscription($case: ID!) { caseProgress(case: $case) { id } }";
    for id in 0..=20 {
        socket.say(subscribe(&id.to_string(), query, json!({ "case": case["id"] }))).await;
    }
    assert_eq!(closed(&mut socket).await, 4429);
    assert_eq!(tenant.applicant.gql("{ __typename }", json!({})).await.status, 200);
}

/// What a socket says until it has been silent for a moment; true if it was closed.
async fn drained(socket: &mut Socket) -> bool {
    loop {
        match tokio::time::timeout(Duration::from_millis(300), socket.hear()).await {
            Ok(Heard::Word(_)) => {}
            Ok(Heard::Closed(_)) => return true,
            Err(_) => return false,
        }
    }
}

/// Threat 18: two seconds after a role was revoked nothing of what happens is told any more, to an administrator, whose
/// session ends, as to a handler, who keeps his, by the replica that was told as by another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_silent_two_seconds_after_its_role_was_revoked() {
    let world = World::start().await;
    let replica = world.server.replica().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let accepted = act(tenant, "caseItemAccept", "medical", &item(&case, "medical")).await;
    act(tenant, "caseItemFinish", "medical", &accepted).await;
    let medical = &tenant.handlers["medical"];
    let mut revoked = vec![];
    for url in [&world.server.url, &replica.url] {
        for actor in [&tenant.junior, medical] {
            revoked.push(listen(actor, url, &case, None).await);
        }
    }
    let mut kept = listen(&tenant.applicant, &replica.url, &case, None).await;
    for socket in revoked.iter_mut().chain([&mut kept]) {
        assert_eq!(word(socket.hear().await)["type"], "next", "everybody hears of the case at first");
        assert!(!drained(socket).await);
    }
    for actor in [&tenant.junior, medical] {
        let id = assignment(&tenant.security, actor).await;
        tenant.superior.done("assignmentRevoke", json!({ "id": id }), "roleAssignment { id }").await;
    }
    // What happens from here on is told, or not, within the two seconds.
    tokio::time::sleep(Duration::from_secs(2)).await;
    for key in AGENCIES.into_iter().filter(|key| *key != "medical") {
        let accepted = act(tenant, "caseItemAccept", key, &item(&case, key)).await;
        act(tenant, "caseItemFinish", key, &accepted).await;
    }
    loop {
        if word(kept.hear().await)["payload"]["data"]["caseProgress"]["type"] == "case.done" {
            break;
        }
    }
    for (n, socket) in revoked.iter_mut().enumerate() {
        while let Ok(Heard::Word(word)) = tokio::time::timeout(Duration::from_millis(500), socket.hear()).await {
            assert!(word["payload"]["data"]["caseProgress"].is_null(), "number {n} is told {word}");
        }
    }
}

/// Threat 18: whoever never reads is cut off in the end, and nobody else waits for them.
#[tokio::test]
async fn a_reader_that_never_reads_holds_up_nobody() {
    let world = World::start().await;
    let address = world.server.url.trim_start_matches("http://").to_string();
    let token = world.a.superior.token.clone().unwrap();
    let large = "{ units(first: 100) { nodes { id code name sequence kind path parent { id name path } children { nodes { id name code } } } } }";
    let mut silent = vec![];
    for _ in 0..5 {
        let stream = Wire::to(&address).await;
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (mut socket, _) = client_async(request, stream).await.unwrap();
        let greeting = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
        socket.send(Message::Text(greeting.to_string().into())).await.unwrap();
        silent.push(socket);
    }
    // And over plain HTTP: one request after another on a connection, no answer read.
    let mut stream = Wire::to(&address).await;
    let body = json!({ "query": large }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let begun = Instant::now();
    let mut worst = Duration::ZERO;
    for round in 0..60 {
        for (i, socket) in silent.iter_mut().enumerate() {
            let ask = subscribe(&format!("{round}-{i}"), large, json!({}));
            let _ = tokio::time::timeout(Duration::from_millis(20), socket.send(Message::Text(ask.to_string().into())))
                .await;
        }
        let _ = tokio::time::timeout(Duration::from_millis(20), stream.write_all(request.as_bytes())).await;
        let asked = Instant::now();
        assert_eq!(world.a.senior.gql(GOOD, json!({})).await.status, 200);
        worst = worst.max(asked.elapsed());
    }
    let good = join_all((0..10).map(|_| world.b.superior.gql(GOOD, json!({})))).await;
    assert!(good.iter().all(|reply| reply.status == 200));
    assert!(worst < Duration::from_secs(2), "somebody waited {worst:?} of {:?}", begun.elapsed());
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200", "the answers are still there for whoever begins to read");
}
