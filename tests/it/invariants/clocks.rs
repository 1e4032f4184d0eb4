//! The audit record is sealed by the time of its lines: a server whose clock is not the database's writes nothing, so that
//! no line comes after its time was sealed. SQLite has the machine's own clock.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::DbBackend;
use serde_json::json;
use zugong::{
    kernel::{clock::Clock, error::Code, housekeeping, id::parse, readiness::Unready, replicas, session::Reason},
    modules::identity::provision::create_service_key,
};
use zugong_tests::{Actor, Probe, Reply, Server, World};

use crate::plugins::{self, Files};

const UPDATE: &str =
    "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { id } userErrors { code } } }";

/// So far ahead that the key that signs is another, after which the next is due.
const BEYOND_THE_KEYS: i64 = 501 * 24 * 60;

#[tokio::test]
async fn a_server_whose_clock_is_off_is_not_ready_and_writes_nothing_but_reads_on() {
    let world = World::on(Server::apart().await).await;
    let is_apart = world.server.platform.backend() == DbBackend::Postgres;
    plugins::install(&world.a, &Files::new("bwly")).await;
    let right = world.server.replica_at(Clock::wrong_by(TimeDelta::zero())).await;
    let service = program(&world, &right).await;
    let cases = [(-600, false), (-3, false), (-1, true), (0, true), (1, true), (3, false), (BEYOND_THE_KEYS, false)];
    for (minutes, is_right) in cases {
        let server = world.server.replica_at(Clock::wrong_by(TimeDelta::minutes(minutes))).await;
        let refused = is_apart && !is_right;
        let beating = replicas::start(&server.platform);
        assert_eq!(server.platform.ready().await, if refused { Err(Unready::Clock) } else { Ok(()) }, "{minutes}");
        let asked = Reply::of(server.http.get(format!("{}/readyz", server.url)).send().await.unwrap()).await;
        let told = if refused { (503, "clock differs from the database's") } else { (200, "ready") };
        assert_eq!((asked.status, asked.text.as_str()), told, "{minutes}");
        // Whoever logs in, too, leaves a line behind; and what belongs to no tenant has its time as well.
        for tenant in [Some(world.a.id), None] {
            for reason in [Reason::Seal, Reason::Login] {
                let code = match server.platform.system(reason).begin(tenant).await {
                    Ok(tx) => {
                        tx.rollback().await.unwrap();
                        None
                    }
                    Err(error) => Some(error.code),
                };
                assert_eq!(code, refused.then_some(Code::Unavailable), "{minutes} {reason:?} {tenant:?}");
            }
        }
        let tidied = housekeeping::tidy(&server.platform).await.err().map(|error| error.code);
        assert_eq!(tidied, refused.then_some(Code::Unavailable), "{minutes}");
        let service = service.at(&server.url);
        service.ok("{ retirementForecast { totalCount } }", json!({})).await;
        let input = json!({ "id": world.a.id("town"), "expectedVersion": 99, "name": "x" });
        let changed = service.gql(UPDATE, json!({ "input": input })).await;
        assert_eq!(changed.code() == "UNAVAILABLE", refused, "{minutes} {}", changed.text);
        assert_eq!(is_listed(&world, &server, !refused).await, !refused, "{minutes}");
        beating.abort();
    }
}

/// A program with a key that all those clocks find in force.
async fn program(world: &World, right: &Server) -> Actor {
    let tx = right.platform.system(Reason::Provision).begin(Some(world.a.id)).await.unwrap();
    let user = parse(&world.a.service.user).unwrap().1;
    let until = right.clock.now() + TimeDelta::days(600);
    let key = create_service_key(&tx, user, "clocks", true, until).await.unwrap();
    tx.commit().await.unwrap();
    Actor { token: Some(key), ..world.a.service.clone() }
}

/// Whether a server stands among the replicas; where it should, it gets the time to say so.
async fn is_listed(world: &World, server: &Server, expected: bool) -> bool {
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let id = server.platform.replica().id;
    for _ in 0..100 {
        if probe.number("select count(*) from replica where id = $1", vec![id.into()]).await == 1 {
            return true;
        }
        if !expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}
