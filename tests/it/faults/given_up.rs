//! Work that nobody waits for any more.

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use serde_json::json;
use zugong::kernel::session::Reason;
use zugong_tests::{Probe, Server, World, database::TestDatabase};

const OPEN: &str = "select count(*) from pg_stat_activity where datname = current_database() \
    and state like 'idle in transaction%' and pid <> pg_backend_pid()";

/// Whoever gets the connection next would work in a transaction that nobody ends.
#[tokio::test]
async fn a_transaction_that_is_given_up_at_any_moment_leaves_none_open() {
    let world = World::on(Server::apart().await).await;
    let system = world.server.platform.system(Reason::Provision);
    for times in (0..60).map(|number| number % 6) {
        let mut beginning = pin!(system.begin(Some(world.a.id)));
        let mut polled = 0;
        let begun = poll_fn(|context| {
            polled += 1;
            match beginning.as_mut().poll(context) {
                Poll::Ready(begun) => Poll::Ready(Some(begun)),
                Poll::Pending if polled > times => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        if let Some(begun) = begun.await {
            drop(begun.unwrap());
        }
    }
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let (began, is_apart) = (Instant::now(), world.server.database_url().starts_with("postgres"));
    while is_apart && probe.number(OPEN, vec![]).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "there is one left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rename = json!({ "id": world.a.id("town"), "expectedVersion": 1, "name": "甲镇" });
    world.a.superior.done("unitUpdate", rename, "unit { name }").await;
    TestDatabase::of(world.server.database_url()).remove().await;
}
