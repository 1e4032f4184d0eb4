//! The database stops, stands still, throws everybody out.

use std::time::{Duration, Instant};

use zugong_tests::plant::{Program, SOON};

use super::plant;

/// Faults 7, 8 and 9.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stops_or_stands_still_costs_time_and_nothing_else() {
    let Some(mut plant) = plant().await else { return };
    let mut program = Program::start(&plant.postgres.url(), &[("ZUGONG_DEADLINE_MILLIS", "2000")]);
    program.ready(&plant.http).await;
    let load = plant.load(6, &[&program]);
    load.good_again(Instant::now(), SOON).await;

    for _ in 0..2 {
        plant.postgres.stop_at_once();
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(plant.status(&program, "/healthz").await, 200);
        assert_eq!(plant.status(&program, "/readyz").await, 503);
        plant.postgres.begin().await;
        let took = load.good_again(Instant::now(), SOON).await;
        println!("good again {took:?} after the database");
    }

    plant.postgres.freeze();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(plant.status(&program, "/healthz").await, 200);
    assert_eq!(plant.status(&program, "/readyz").await, 503);
    plant.postgres.thaw();
    let took = load.good_again(Instant::now(), SOON).await;
    println!("good again {took:?} after the frost");

    for _ in 0..5 {
        plant
            .postgres
            .sql("postgres", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'owner'");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    load.good_again(Instant::now(), SOON).await;

    assert!(program.lives(), "{}", program.log());
    let outcome = load.end().await;
    println!("{} acknowledged, refused {:?}, cut {}", outcome.acknowledged.len(), outcome.refused, outcome.cut);
    assert_eq!(outcome.cut, 0, "every request had an answer");
    assert!(outcome.refused.contains_key("UNAVAILABLE") && outcome.refused.contains_key("DEADLINE_EXCEEDED"));
    plant.probe_again().await;
    plant.check(&outcome).await;
}
