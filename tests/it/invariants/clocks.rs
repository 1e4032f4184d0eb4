//! The audit record is sealed by the time of its lines: a server whose clock is not the database's writes nothing, so that
//! no line comes after its time was sealed. SQLite has the machine's own clock.

use chrono::TimeDelta;
use sea_orm::DbBackend;
use zugong::kernel::{clock::Clock, error::Code, readiness::Unready, session::Reason};
use zugong_tests::{Reply, Server, World};

#[tokio::test]
async fn a_server_whose_clock_is_off_is_not_ready_and_writes_nothing_but_reads_on() {
    let world = World::on(Server::apart().await).await;
    let is_apart = world.server.platform.backend() == DbBackend::Postgres;
    for (minutes, is_right) in [(-600, false), (-3, false), (-1, true), (0, true), (1, true), (3, false)] {
        let server = world.server.replica_at(Clock::wrong_by(TimeDelta::minutes(minutes))).await;
        let refused = is_apart && !is_right;
        assert_eq!(server.platform.ready().await, if refused { Err(Unready::Clock) } else { Ok(()) }, "{minutes}");
        let asked = Reply::of(server.http.get(format!("{}/readyz", server.url)).send().await.unwrap()).await;
        let told = if refused { (503, "clock differs from the database's") } else { (200, "ready") };
        assert_eq!((asked.status, asked.text.as_str()), told, "{minutes}");
        // Whoever logs in, too, leaves a line behind.
        for reason in [Reason::Seal, Reason::Login] {
            let code = match server.platform.system(reason).begin(Some(world.a.id)).await {
                Ok(tx) => {
                    tx.rollback().await.unwrap();
                    None
                }
                Err(error) => Some(error.code),
            };
            assert_eq!(code, refused.then_some(Code::Unavailable), "{minutes} {reason:?}");
        }
        let tx = server.platform.system(Reason::Doctor).read(world.a.id).await.unwrap();
        tx.rollback().await.unwrap();
    }
}
