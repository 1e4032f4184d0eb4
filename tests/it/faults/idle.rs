//! Those who only wait, and a process that is told something.

use std::{fs, time::Duration};

use futures::{StreamExt, stream};
use serde_json::json;
use sha2::{Digest, Sha256};
use zugong_tests::{
    Actor, Server,
    plant::Program,
    socket::{Heard, Socket},
};

use super::plant;
use crate::sockets::{subscribe, word};

/// MiB for all of them together.
const ALLOWED: u64 = 250;

/// Threat 18: five thousand sockets that say nothing, five hundred of which follow a case, fit into 250 MiB, and
/// others are served as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_idle_sockets_cost_little() {
    let Some(plant) = plant().await else { return };
    let program = Program::start(&plant.postgres.url(), &[("ZUGONG_SERVER_CONNECTIONS_PER_ADDRESS", "10000")]);
    program.ready(&plant.http).await;
    let server = Server::at(&plant.postgres.url()).await;
    let tenant = plant.tenant.moved_to(&program.url);
    let case = tenant.open_case("applicant", "2025-07").await["id"].clone();
    let followers =
        (0..100).map(|_| tenant.newcomer(&server, "follower", &[(entities::values::RoleName::Super, "root")]));
    let followers: Vec<Actor> = stream::iter(followers).buffered(4).collect().await;
    let me = plant.at(&plant.tenant.service, &program);
    let ask = async || assert_eq!(me.gql("{ units(first: 1) { nodes { name } } }", json!({})).await.code(), "none");
    ask().await;
    // Known before they come all at once.
    for follower in &followers {
        assert_eq!(follower.at(&program.url).gql("{ viewer { name } }", json!({})).await.code(), "none");
    }

    let before = program.resident();
    let openings = (0..5_000).map(|n| {
        let (url, case) = (program.url.clone(), case.clone());
        let follower = (n % 10 == 0).then(|| followers[n / 50].token.clone()).flatten();
        async move {
            let mut socket = greeted(&url, follower.as_deref()).await;
            if follower.is_some() {
                let progress = "subscription($case: ID!) { caseProgress(case: $case) { id type } }";
                socket.say(subscribe("p", progress, json!({ "case": case }))).await;
                let first = word(socket.hear().await);
                assert_eq!(first["type"], "next", "{first}");
            }
            socket
        }
    });
    let sockets: Vec<Socket> = stream::iter(openings).buffer_unordered(16).collect().await;
    let held = program.resident().saturating_sub(before);
    println!("{} sockets hold {held} MiB", sockets.len());
    assert!(held <= ALLOWED, "{held} MiB");
    ask().await;
    drop(sockets);
    ask().await;
}

/// Opened and introduced, as often as one is told to try again.
async fn greeted(url: &str, token: Option<&str>) -> Socket {
    let payload = token.map_or(json!({}), |token| json!({ "authorization": format!("Bearer {token}") }));
    loop {
        let mut socket = Socket::open(url, "graphql-transport-ws").await;
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        match socket.hear().await {
            Heard::Word(word) if word["type"] == "connection_ack" => return socket,
            Heard::Closed(Some(frame)) if u16::from(frame.code) == 1013 => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            other => panic!("expected connection_ack, heard {other:?}"),
        }
    }
}

/// An operator changes the lists of documents and says so; nobody waits for the next look.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hangup_reads_the_lists_again_and_ends_nothing() {
    let Some(plant) = plant().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = "{ version }";
    let id = format!("sha256:{}", hex::encode(Sha256::digest(text)));
    let put = |list: serde_json::Value| fs::write(folder.path().join("common.json"), list.to_string()).unwrap();
    put(json!({}));
    let path = folder.path().to_str().unwrap();
    let mut program = Program::start(&plant.postgres.url(), &[("ZUGONG_DOCUMENTS_FOLDER", path)]);
    program.ready(&plant.http).await;
    let load = plant.load(2, &[&program]);
    let me = plant.at(&plant.tenant.service, &program);
    let known = async || me.send(json!({ "documentId": id }), &[]).await.code() == "none";
    assert!(!known().await);
    let lines = "the lists of documents were read again";
    put(json!({ "nonsense": 1 }));
    program.told("HUP");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!known().await, "wrong lists leave the former in force");
    put(json!({ &id: text }));
    program.told("HUP");
    let soon = async {
        while !known().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(3), soon).await.expect("the new lists are in force");
    assert!(program.lives() && program.log().contains(lines), "{}", program.log());
    let outcome = load.end().await;
    assert!(outcome.refused.is_empty() && outcome.cut == 0, "refused {:?}, cut {}", outcome.refused, outcome.cut);
    plant.check(&outcome).await;
}
