//! Signing keys change while everybody works.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use serde_json::json;
use zugong_tests::{Actor, Server, World, database::TestDatabase};

use super::{PASSWORD, login, refused, sees, somebody, text};

/// For how many seconds of load the keys are changed, at five hundred requests a second.
const VARIABLE: &str = "ZUGONG_TEST_ROTATION";

/// Threat 26: the keys are changed under some five hundred requests a second to two replicas, one of which hears of
/// it late, and no token in use is refused; when the old key has retired, what it signed is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_under_load_and_nobody_is_thrown_out() {
    // Keys are the installation's: other tests would lose theirs.
    let world = World::on(Server::apart().await).await;
    let server = &world.server;
    let (name, _) = somebody(server, "zhang", &[&world.a]).await;
    let replica = server.replica().await;
    // Signed long before for a year, as no client's token is.
    let signed_before = world.a.superior.token.clone().unwrap();
    let fresh = async || text(&login(server, &name, PASSWORD).await, "accessToken");
    let token = Arc::new(Mutex::new(fresh().await));
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let clients: Vec<_> = (0..10)
        .map(|n| {
            let url = if n % 2 == 0 { &server.url } else { &replica.url };
            let mut actor = Actor { url: url.clone(), ..world.a.superior.clone() };
            let (token, stop, asked) = (token.clone(), stop.clone(), asked.clone());
            tokio::spawn(async move {
                let mut pace = tokio::time::interval(Duration::from_millis(20));
                let mut refused = vec![];
                while !stop.load(Ordering::Relaxed) {
                    pace.tick().await;
                    actor.token = Some(token.lock().unwrap().clone());
                    let reply = actor.gql("{ viewer { name } }", json!({})).await;
                    asked.fetch_add(1, Ordering::Relaxed);
                    if reply.status != 200 {
                        refused.push(reply.text);
                    }
                }
                refused
            })
        })
        .collect();
    // Three seconds of five hundred requests; `tests/faults/run` asks for a minute of them.
    let each: u32 = std::env::var(VARIABLE).map_or(25, |seconds| seconds.parse::<u32>().unwrap() * 500 / 60);
    let begun = Instant::now();
    server.identity.keys().rotate().await.unwrap();
    // A token's first part names the key that signed it.
    let signer = |token: &str| token.split('.').next().unwrap().to_string();
    let mut signers = vec![signer(&token.lock().unwrap())];
    // Over an hour of the server's clock, the longest that the change of a key takes.
    for minute in 0..60 {
        for place in [server, &replica] {
            place.clock.advance(TimeDelta::minutes(1));
        }
        let next = fresh().await;
        signers.push(signer(&next));
        *token.lock().unwrap() = next;
        // So many more are answered in this minute of the keys, however fast the machine is.
        let until = asked.load(Ordering::Relaxed) + each;
        while asked.load(Ordering::Relaxed) < until {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if minute % 4 == 3 {
            replica.identity.keys().ensure().await.unwrap();
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        assert_eq!(client.await.unwrap(), Vec::<String>::new());
    }
    let (asked, took) = (asked.load(Ordering::Relaxed), begun.elapsed());
    println!("{asked} requests in {took:?}: {:.0} a second", f64::from(asked) / took.as_secs_f64());
    assert!(asked >= 60 * each, "{asked} requests are no load");
    signers.dedup();
    assert_eq!(signers.len(), 2, "the next key took over: {signers:?}");
    for place in [server, &replica] {
        assert_eq!(sees(place, &signed_before).await, refused(), "its key has retired");
    }
    TestDatabase::of(server.database_url()).remove().await;
}
