//! Redis carries hints only: without it everything goes on.

use std::time::{Duration, Instant};

use serde_json::json;
use zugong_tests::plant::{OwnRedis, Program, SOON};

use super::plant;

/// Faults 15 and 16: killed, emptied and frozen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_that_is_killed_emptied_or_frozen_loses_nothing() {
    let Some(plant) = plant().await else { return };
    let Some(mut redis) = OwnRedis::start().await else {
        println!("not tried: Redis is not installed");
        return;
    };
    let settings = [("ZUGONG_REDIS_URL", &*redis.url())];
    let programs = [Program::start(&plant.postgres.url(), &settings), Program::start(&plant.postgres.url(), &settings)];
    for program in &programs {
        program.ready(&plant.http).await;
    }
    let load = plant.load(4, &[&programs[0], &programs[1]]);
    let me = plant.at(&plant.tenant.service, &programs[0]);
    let quick = async |fault: &str| {
        for _ in 0..5 {
            let asked = Instant::now();
            me.ok("{ units(first: 1) { nodes { id } } }", json!({})).await;
            assert!(asked.elapsed() < Duration::from_secs(2), "{fault}: a read took {:?}", asked.elapsed());
        }
        load.good_again(Instant::now(), SOON).await;
    };
    quick("nothing").await;
    redis.flush();
    quick("emptied").await;
    redis.signal("STOP");
    quick("frozen").await;
    assert_eq!(plant.status(&programs[0], "/readyz").await, 503);
    redis.signal("CONT");
    programs[0].ready(&plant.http).await;
    redis.kill();
    quick("killed").await;
    // A right that is withdrawn without Redis holds everywhere, by polling.
    let junior = plant.at(&plant.tenant.junior, &programs[1]);
    junior.ok("{ viewer { name } }", json!({})).await;
    plant
        .at(&plant.tenant.security, &programs[0])
        .done("sessionsEnd", json!({ "user": junior.user }), "user { name }")
        .await;
    let ended = Instant::now();
    while junior.gql("{ viewer { name } }", json!({})).await.code() != "UNAUTHENTICATED" {
        assert!(ended.elapsed() < Duration::from_secs(10), "an ended session worked on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    redis.begin().await;
    for program in &programs {
        assert!(program.ready(&plant.http).await < SOON);
    }
    quick("back").await;
    let outcome = load.end().await;
    assert!(outcome.refused.is_empty() && outcome.cut == 0, "refused {:?}, cut {}", outcome.refused, outcome.cut);
    plant.check(&outcome).await;
}
