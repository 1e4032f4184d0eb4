//! More work than there are connections.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use zugong_tests::plant::Program;

use super::plant;

/// Faults 11 and 12: with every connection waiting for somebody's lock, requests end with an answer in time, the
/// process answers, and as soon as the lock is gone all is well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exhausted_pool_answers_and_recovers() {
    let Some(plant) = plant().await else { return };
    let program =
        Program::start(&plant.postgres.url(), &[("ZUGONG_DEADLINE_MILLIS", "3000"), ("ZUGONG_CONNECTIONS", "4")]);
    program.ready(&plant.http).await;
    let me = plant.at(&plant.tenant.service, &program);
    let update =
        "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { version } userErrors { code } } }";
    let input = json!({ "input": { "id": plant.tenant.id("town"), "expectedVersion": 1, "name": "新名" } });
    let held = plant.probe.hold("unit").await;
    let begun = Instant::now();
    let writers = join_all((0..40).map(|_| me.gql(update, input.clone())));
    let watcher = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let asked = Instant::now();
        assert_eq!(plant.status(&program, "/healthz").await, 200);
        asked.elapsed()
    };
    let (replies, health) = tokio::join!(writers, watcher);
    assert!(health < Duration::from_secs(1), "{health:?}");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    for reply in &replies {
        assert!(["DEADLINE_EXCEEDED", "UNAVAILABLE", "CONFLICT"].contains(&reply.code()), "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["retryable"], true, "{}", reply.text);
    }
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
