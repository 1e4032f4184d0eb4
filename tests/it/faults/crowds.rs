//! More work than there are connections.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use zugong_tests::{Reply, plant::Program, socket::Socket};

use super::plant;
use crate::sockets::closed;

/// Faults 11 and 12: with every connection waiting for somebody's lock, whoever finds none is told to come back
/// within a second, log-ins go on over connections of their own, and as soon as the lock is gone all is well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exhausted_pool_answers_and_recovers() {
    let Some(plant) = plant().await else { return };
    let settings =
        [("ZUGONG_DEADLINE_MILLIS", "3000"), ("ZUGONG_CONNECTIONS", "4"), ("ZUGONG_CONNECTION_PATIENCE_MILLIS", "500")];
    let program = Program::start(&plant.postgres.url(), &settings);
    program.ready(&plant.http).await;
    let me = plant.at(&plant.tenant.service, &program);
    let update =
        "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { version } userErrors { code } } }";
    let input = json!({ "input": { "id": plant.tenant.id("town"), "expectedVersion": 1, "name": "新名" } });
    // Known before, so that who asks need not be looked up among the locked rows.
    assert_eq!(me.gql("{ viewer { name } }", json!({})).await.code(), "none");
    let held = plant.probe.hold("unit").await;
    let begun = Instant::now();
    let writer = async |order: u64| {
        // Four take the connections; who comes later finds none.
        tokio::time::sleep(Duration::from_millis(if order < 4 { 0 } else { 300 })).await;
        let asked = Instant::now();
        (me.gql(update, input.clone()).await, asked.elapsed())
    };
    let writers = join_all((0..40).map(writer));
    let watcher = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let asked = Instant::now();
        assert_eq!(plant.status(&program, "/healthz").await, 200);
        let log_in = plant.http.post(format!("{}/auth/login", program.url));
        let body = json!({ "login": "nobody", "password": "wrong" });
        let refused = Reply::of(log_in.json(&body).send().await.expect("an answer")).await;
        assert_eq!(refused.status, 401, "log-ins are judged while nothing else is");
        // Who is not known yet is not sent away for good.
        let mut socket = Socket::open(&program.url, "graphql-transport-ws").await;
        let bearer = format!("Bearer {}", plant.tenant.junior.token.as_deref().unwrap());
        socket.say(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
        assert_eq!(closed(&mut socket).await, 1013);
        asked.elapsed()
    };
    let (replies, health) = tokio::join!(writers, watcher);
    assert!(health < Duration::from_secs(3), "{health:?}");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    let mut turned_away = 0;
    for (reply, took) in &replies {
        assert!(["DEADLINE_EXCEEDED", "UNAVAILABLE", "CONFLICT"].contains(&reply.code()), "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["retryable"], true, "{}", reply.text);
        if *took < Duration::from_secs(1) {
            assert_eq!(reply.code(), "UNAVAILABLE", "{}", reply.text);
            turned_away += 1;
        }
    }
    let seen: Vec<_> = replies.iter().map(|(reply, took)| (reply.code(), took.as_millis())).collect();
    assert!(turned_away >= 30, "{turned_away} of 36 were turned away within a second: {seen:?}");
    held.rollback().await.unwrap();
    let freed = Instant::now();
    loop {
        let reply = me.gql(update, input.clone()).await;
        if reply.code() == "none" {
            assert_eq!(reply.body["data"]["unitUpdate"]["userErrors"], json!([]), "{}", reply.text);
            break;
        }
        assert!(freed.elapsed() < Duration::from_secs(5), "{}", reply.text);
    }
    let version = "select cast(max(version) as bigint) from unit where tenant_id = $1 and name = '新名'";
    assert_eq!(plant.probe.number(version, vec![plant.tenant.id.into()]).await, 2, "one update, not forty");
}
