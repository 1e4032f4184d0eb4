//! Tokens that name the key which is to judge them.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zugong_tests::{Actor, Probe, Reply, Server, World, database::TestDatabase, socket::Socket, wire::Wire};

use super::documents::quick;
use crate::{
    identity::{in_tenant, masked, sees},
    sockets::closed,
};

/// A good token that says another key has signed it.
fn signed_by(token: &str, kid: &Json) -> String {
    let (header, rest) = token.split_once('.').unwrap();
    let mut header: Json = serde_json::from_slice(&BASE64.decode(header).unwrap()).unwrap();
    header["kid"] = kid.clone();
    format!("{}.{rest}", BASE64.encode(header.to_string()))
}

/// The names of the keys that a server publishes.
async fn published(server: &Server) -> BTreeSet<String> {
    let request = server.http.get(format!("{}/.well-known/jwks.json", server.url));
    let keys = Reply::of(request.send().await.unwrap()).await.body;
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_string()).collect()
}

/// What no key is called.
fn unknown() -> Json {
    json!(format!("{:032x}", rand::random::<u128>()))
}

/// Threat 24: a path, a statement, an address, a shell, a format and nothing at all are names of no key, in the same
/// words and as fast as a name that nobody has; nothing that they mean happens.
#[tokio::test]
async fn the_name_of_a_key_is_a_name_and_nothing_else() {
    let world = World::start().await;
    let me = &world.a.superior;
    let good = me.token.clone().unwrap();
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = probe.count("unit").await;
    let ask = async |token: String| {
        let actor = Actor { token: Some(token), ..me.clone() };
        quick(async || masked(&actor.gql("{ viewer { name } }", json!({})).await)).await
    };
    let (first, _) = ask(signed_by(&good, &unknown())).await;
    assert_eq!(first.0, 401);
    for kid in [
        json!("../../dev/null"),
        json!("../../../../../../../../dev/null"),
        json!("/proc/self/environ"),
        json!("..\\..\\windows\\win.ini"),
        json!("file:///dev/null"),
        json!("http://127.0.0.1:1/key"),
        json!("' or '1'='1"),
        json!("x' union select 'AAAA' --"),
        json!("'; delete from unit; --"),
        json!("$(touch /tmp/kid)"),
        json!("| cat /etc/passwd"),
        json!("%s%n%x"),
        json!("\u{0}"),
        json!("key\n\"x\""),
        json!("组工"),
        json!(""),
        json!(" "),
        json!(null),
        json!(0),
        json!(-1),
        json!(true),
        json!([]),
        json!(["x"]),
        json!({ "x": 1 }),
        json!("0".repeat(32)),
        json!("F".repeat(32)),
        json!("x".repeat(1_000)),
        json!("x".repeat(40_000)),
    ] {
        let (answer, took) = ask(signed_by(&good, &kid)).await;
        let start: String = kid.to_string().chars().take(60).collect();
        assert_eq!(answer, first, "{start}");
        assert!(took < super::documents::AT_ONCE, "{start}: {took:?}");
    }
    assert_eq!(probe.count("unit").await, before);
    assert_eq!(sees(&world.server, &good).await, in_tenant("A"));
}

/// Threat 24: a name of a megabyte is not even read to its end, in a header as over a socket.
#[tokio::test]
async fn a_name_of_a_megabyte_is_not_read() {
    let world = World::start().await;
    let server = &world.server;
    let good = world.a.superior.token.clone().unwrap();
    let large = signed_by(&good, &json!("x".repeat(1 << 20)));
    let stream = Wire::to(&server.url).await;
    let request = format!("GET /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {large}\r\n\r\n");
    let (mut reading, mut writing) = tokio::io::split(stream);
    let mut answer = vec![];
    // The server answers and hangs up before it has read everything.
    let _ = tokio::join!(writing.write_all(request.as_bytes()), reading.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 431") && answer.len() < 4_096, "{answer}");
    // What a message may have is read, and is as wrong as any other.
    for (letters, code) in [(100_000, 4403), (400_000, 1009)] {
        let mut socket = Socket::open(&server.url, "graphql-transport-ws").await;
        let token = signed_by(&good, &json!("x".repeat(letters)));
        let payload = json!({ "authorization": format!("Bearer {token}") });
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(closed(&mut socket).await, code, "{letters}");
    }
    assert_eq!(sees(server, &good).await, in_tenant("A"));
}

/// Threat 24: of a flood of names that nobody has, the keys are looked up once in five seconds and not once for each.
/// Another replica has a new key meanwhile: that this one does not know it shows that it has not looked.
#[tokio::test]
async fn a_flood_of_unknown_names_asks_for_no_keys() {
    // Keys are the installation's: other tests would lose theirs.
    let world = World::on(Server::apart().await).await;
    let replica = world.server.replica().await;
    let good = world.a.superior.token.clone().unwrap();
    // The next key has been published for so long that it can take over at once, and another follows it.
    for place in [&world.server, &replica] {
        place.clock.advance(TimeDelta::days(1));
    }
    let ask = async || {
        let actor = Actor { token: Some(signed_by(&good, &unknown())), ..world.a.superior.at(&replica.url) };
        actor.gql("{ viewer { name } }", json!({})).await.status
    };
    let looked = Instant::now();
    assert_eq!(ask().await, 401);
    let known = published(&replica).await;
    world.server.identity.keys().rotate().await.unwrap();
    let new: Vec<String> = published(&world.server).await.difference(&known).cloned().collect();
    assert!(!new.is_empty(), "there is a new key");
    // As many as there are in four of the five seconds; a slow machine sends fewer.
    let mut sent = 0;
    while sent < 2_000 && looked.elapsed() < Duration::from_secs(4) {
        assert!(join_all((0..20).map(|_| ask())).await.iter().all(|status| *status == 401));
        sent += 20;
    }
    let seen = published(&replica).await;
    assert!(looked.elapsed() < Duration::from_secs(5), "this machine is too slow to tell: {:?}", looked.elapsed());
    assert!(sent >= 200, "{sent} are no flood");
    assert_eq!(seen, known, "after {sent} of them nobody has looked");
    // And when the time has come it looks, or this would prove nothing.
    let looks = async {
        while !published(&replica).await.is_superset(&new.iter().cloned().collect()) {
            assert_eq!(ask().await, 401);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), looks).await.expect("the new key is known");
    assert_eq!(sees(&replica, &good).await, in_tenant("A"));
    TestDatabase::of(world.server.database_url()).remove().await;
}
