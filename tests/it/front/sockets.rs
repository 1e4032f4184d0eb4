//! How many sockets and operations one user has, and how long a right and a token last on them.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong::kernel::session::Reason;
use zugong_tests::{
    Actor, World,
    socket::{Heard, Socket},
};

use crate::{
    matters::{approve, submit},
    sockets::{closed, subscribe, word},
};

const PROGRESS: &str = "subscription($case: ID!) { caseProgress(case: $case) { id type } }";

async fn case(world: &World) -> Json {
    let approval = approve(&world.a, "applicant", "2025-07").await;
    submit(&world.a, &world.a.applicant, "applicant", &approval).await["id"].clone()
}

/// Introduces somebody, and says what came of it.
async fn introduce(actor: &Actor) -> (Socket, Heard) {
    let mut socket = Socket::open(&actor.url, "graphql-transport-ws").await;
    let bearer = format!("Bearer {}", actor.token.as_ref().unwrap());
    socket.say(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
    let heard = socket.hear().await;
    (socket, heard)
}

#[tokio::test]
async fn a_user_has_five_sockets_and_gets_the_place_of_a_closed_one() {
    let world = World::start().await;
    let mut kept = vec![];
    for i in 0..5 {
        let (socket, heard) = introduce(&world.a.superior).await;
        assert_eq!(word(heard)["type"], "connection_ack", "number {i}");
        kept.push(socket);
    }
    let (_, sixth) = introduce(&world.a.superior).await;
    assert!(matches!(&sixth, Heard::Closed(Some(frame)) if u16::from(frame.code) == 4429), "{sixth:?}");
    assert_eq!(word(introduce(&world.a.senior).await.1)["type"], "connection_ack", "another user has his own");
    assert_eq!(word(introduce(&world.b.superior).await.1)["type"], "connection_ack");
    kept.pop();
    let again = async {
        while !matches!(introduce(&world.a.superior).await.1, Heard::Word(_)) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), again).await.expect("a place is free again");
}

#[tokio::test]
async fn a_user_has_twenty_operations_on_all_sockets_together() {
    let world = World::start().await;
    let case = case(&world).await;
    let (mut first, _) = introduce(&world.a.superior).await;
    let (mut second, _) = introduce(&world.a.superior).await;
    for i in 0..10 {
        for socket in [&mut first, &mut second] {
            socket.say(subscribe(&format!("s{i}"), PROGRESS, json!({ "case": case }))).await;
        }
    }
    // Whatever the streams tell, a ping is answered after all of them have begun.
    for socket in [&mut first, &mut second] {
        socket.say(json!({ "type": "ping" })).await;
        while word(socket.hear().await)["type"] != "pong" {}
    }
    second.say(subscribe("more", PROGRESS, json!({ "case": case }))).await;
    assert_eq!(closed(&mut second).await, 4429);
    // Its operations have ended with it.
    let begun = async {
        loop {
            let (mut third, _) = introduce(&world.a.superior).await;
            third.say(subscribe("again", PROGRESS, json!({ "case": case }))).await;
            if matches!(third.hear().await, Heard::Word(_)) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), begun).await.expect("places are free again");
    let other = introduce(&world.a.senior).await;
    assert!(matches!(other.1, Heard::Word(_)), "another user has his own");
}

#[tokio::test]
async fn an_id_and_its_place_are_free_as_soon_as_the_client_lets_go_of_it() {
    let world = World::start().await;
    let case = case(&world).await;
    let (mut socket, _) = introduce(&world.a.superior).await;
    // With these one more makes twenty, which is all that a user has.
    for i in 0..19 {
        socket.say(subscribe(&format!("s{i}"), PROGRESS, json!({ "case": case }))).await;
    }
    for round in 0..30 {
        socket.say(subscribe("again", "{ version }", json!({}))).await;
        socket.say(json!({ "type": "complete", "id": "again" })).await;
        socket.say(subscribe("again", PROGRESS, json!({ "case": case }))).await;
        let begun = async |socket: &mut Socket| {
            loop {
                let heard = word(socket.hear().await);
                assert_ne!(heard["type"], "error", "{round}: {heard}");
                if heard["id"] == "again" && heard["payload"]["data"]["caseProgress"].is_object() {
                    return;
                }
            }
        };
        begun(&mut socket).await;
        socket.say(json!({ "type": "complete", "id": "again" })).await;
    }
    for _ in 0..2 {
        socket.say(subscribe("again", PROGRESS, json!({ "case": case }))).await;
    }
    assert_eq!(closed(&mut socket).await, 4409, "the last one goes on under its id");
}

#[tokio::test]
async fn a_stream_ends_soon_after_its_token_has_expired() {
    let world = World::start().await;
    let case = case(&world).await;
    let system = world.server.platform.system(Reason::Provision);
    let user = zugong::kernel::id::parse(&world.a.superior.user).unwrap().1;
    let issued = world.server.identity.issue_for(&system, world.a.id, user, TimeDelta::minutes(15)).await.unwrap();
    let short = Actor { token: Some(issued.access_token), ..world.a.superior.clone() };
    let (mut socket, _) = introduce(&short).await;
    socket.say(subscribe("p", PROGRESS, json!({ "case": case }))).await;
    assert_eq!(word(socket.hear().await)["type"], "next");
    world.server.clock.advance(TimeDelta::minutes(17));
    let start = Instant::now();
    assert_eq!(closed(&mut socket).await, 4403);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
