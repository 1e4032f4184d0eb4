//! The program is killed, restarted and replaced.

use std::time::{Duration, Instant};

use rand::Rng;
use zugong_tests::{
    Reply, dice,
    plant::{OwnPostgres, Program, SOON, migrate},
    server::client,
};

use super::plant;

/// Faults 1 to 3: killed at random instants under load, five times here and as often as `ZUGONG_TEST_KILLS` says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_and_does_nothing_twice() {
    let Some(plant) = plant().await else { return };
    let kills: u32 = std::env::var("ZUGONG_TEST_KILLS").map_or(5, |n| n.parse().unwrap());
    let mut random = dice();
    let mut program = Program::start(&plant.postgres.url(), &[]);
    program.ready(&plant.http).await;
    let load = plant.load(6, &[&program]);
    load.good_again(Instant::now(), SOON).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(20..500))).await;
        program.kill();
        program.begin();
        let took = program.ready(&plant.http).await;
        slowest = slowest.max(took);
        load.good_again(Instant::now(), SOON).await;
    }
    let outcome = load.end().await;
    println!(
        "{kills} kills, {} acknowledged, {} cut, slowest start {slowest:?}",
        outcome.acknowledged.len(),
        outcome.cut
    );
    assert!(slowest < SOON, "ready only after {slowest:?}");
    assert!(outcome.cut > 0 || kills == 0, "nothing was under way at any kill: the test proves nothing");
    plant.check(&outcome).await;
}

/// Faults 6 and 30: two replicas are restarted one after the other, and no client notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_fails_no_request() {
    let Some(plant) = plant().await else { return };
    let mut programs = [Program::start(&plant.postgres.url(), &[]), Program::start(&plant.postgres.url(), &[])];
    for program in &programs {
        program.ready(&plant.http).await;
    }
    let load = plant.load(4, &[&programs[0], &programs[1]]);
    for _ in 0..2 {
        for program in &mut programs {
            tokio::time::sleep(Duration::from_millis(300)).await;
            program.stop().await;
            load.good_again(Instant::now(), SOON).await;
            program.begin();
            program.ready(&plant.http).await;
        }
    }
    let outcome = load.end().await;
    assert!(outcome.refused.is_empty() && outcome.cut == 0, "refused {:?}, cut {}", outcome.refused, outcome.cut);
    plant.check(&outcome).await;
}

/// Fault 29: five start on an empty database; one makes the schema, the others wait, and servers agree on keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_start_together_on_an_empty_database() {
    if zugong_tests::database::backend() != "postgres" {
        return;
    }
    let Some(postgres) = OwnPostgres::start().await else { return };
    let started: Vec<_> = (0..5).map(|_| migrate(&postgres.url())).collect();
    for process in started {
        let done = process.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let http = client();
    let programs: Vec<_> = (0..3).map(|_| Program::start(&postgres.url(), &[])).collect();
    let mut keys = vec![];
    for program in &programs {
        program.ready(&http).await;
        let published = http.get(format!("{}/.well-known/jwks.json", program.url)).send().await.unwrap();
        keys.push(Reply::of(published).await.text);
    }
    keys.dedup();
    assert!(keys.len() == 1 && keys[0].contains("Ed25519"), "{keys:?}");
}
