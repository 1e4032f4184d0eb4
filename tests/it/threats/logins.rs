//! Guessing passwords, finding out who exists, and keeping others out.

use std::time::Instant;

use futures::future::join_all;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zugong::{http::app::HttpSettings, modules::identity::IdentityConfig};
use zugong_tests::{Probe, Reply, Server, World, wire::Wire};

use crate::{
    front::{JSON, post},
    identity::{PASSWORD, auth, login, somebody, world_with_somebody},
};

/// A log-in attempt through our proxy from this address.
async fn from(server: &Server, address: &str, name: &str, password: &str) -> Reply {
    let request = server.http.post(format!("{}/auth/login", server.url)).header("x-forwarded-for", address);
    Reply::of(request.json(&json!({ "login": name, "password": password })).send().await.unwrap()).await
}

/// Threat 2: there is one try in a request, however it is written, and each counts.
#[tokio::test]
async fn a_request_is_one_try_at_a_password() {
    let (world, name, account) = world_with_somebody().await;
    let server = &world.server;
    let probe = Probe::of(server.database_url(), world.a.id).await;
    let tries = "select cast(coalesce(sum(failed_count), 0) as bigint) from login_attempt where account_id = $1";
    let one = json!({ "login": name, "password": "wrong" });
    let bundle = Json::Array(vec![one.clone(); 50]);
    assert_eq!(auth(server, "login", None, bundle).await.status, 400);
    let nested = json!({ "login": [name, name], "password": ["a", "b"] });
    assert_eq!(auth(server, "login", None, nested).await.status, 400);
    assert_eq!(probe.number(tries, vec![account.into()]).await, 0);
    // GraphQL has no field that takes a password and gives a token.
    for field in ["login", "logIn", "signIn", "sendCode", "verifyTotp", "tokenCreate", "authenticate"] {
        for (times, code) in [(5, "GRAPHQL_VALIDATION_FAILED"), (50, "COST_LIMIT_EXCEEDED")] {
            let alias = |i: usize| format!("a{i}: {field}(input: {{login: \"x\", password: \"y\"}}) {{ token }} ");
            let aliases: String = (0..times).map(alias).collect();
            let body = json!({ "query": format!("mutation {{ {aliases} }}") });
            assert_eq!(post(server, body.to_string(), &[JSON]).await.code(), code, "{field}");
            let batch = Json::Array(vec![body; times]).to_string();
            assert_eq!(post(server, batch, &[JSON]).await.code(), "BAD_USER_INPUT", "{field}: batches are not read");
        }
    }
    for n in 1..=5 {
        assert_eq!(login(server, &name, "wrong").await.status, 401);
        assert_eq!(probe.number(tries, vec![account.into()]).await, n);
    }
    // Fifty at once over five connections are worth nothing more.
    let replies = join_all((0..50).map(|_| login(server, &name, PASSWORD))).await;
    assert!(replies.iter().all(|reply| reply.status == 429));
    assert_eq!(probe.number(tries, vec![account.into()]).await, 5);
}

/// What a server answers to so many requests that come in one piece over one connection: the statuses, in order.
async fn pipelined(server: &Server, bodies: &[Json]) -> Vec<u16> {
    let stream = Wire::to(&server.url).await;
    let mut bytes = vec![];
    for (i, body) in bodies.iter().enumerate() {
        let (body, last) = (body.to_string(), if i + 1 == bodies.len() { "close" } else { "keep-alive" });
        let head = format!(
            "POST /auth/login HTTP/1.1\r\nhost: x\r\nconnection: {last}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        bytes.extend_from_slice(head.as_bytes());
    }
    let (mut reading, mut writing) = tokio::io::split(stream);
    let mut answers = vec![];
    let (written, read) = tokio::join!(writing.write_all(&bytes), reading.read_to_end(&mut answers));
    written.unwrap();
    read.unwrap();
    let answers = String::from_utf8(answers).unwrap();
    answers.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

/// Threat 2: fifty log-ins sent in one piece are fifty tries: five of them are judged, the other forty-five wait, and
/// the good password among these opens nothing.
#[tokio::test]
async fn fifty_log_ins_in_one_piece_are_fifty_tries() {
    let (world, name, account) = world_with_somebody().await;
    let server = &world.server;
    let attempt = |password: &str| json!({ "login": name, "password": password });
    let mut bodies: Vec<Json> = (0..49).map(|i| attempt(&format!("guess {i}"))).collect();
    bodies.push(attempt(PASSWORD));
    let statuses = pipelined(server, &bodies).await;
    assert_eq!(statuses, [vec![401; 5], vec![429; 45]].concat());
    let probe = Probe::of(server.database_url(), world.a.id).await;
    let tries = "select cast(coalesce(sum(failed_count), 0) as bigint) from login_attempt where account_id = $1";
    assert_eq!(probe.number(tries, vec![account.into()]).await, 5);
    // The same fifty as streams of one connection of HTTP/2.
    let (other, _) = somebody(server, "li", &[&world.a]).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let body = json!({ "login": other, "password": "guess" });
    let replies = join_all((0..50).map(|_| client.post(format!("{}/auth/login", server.url)).json(&body).send())).await;
    let mut statuses = vec![];
    for reply in replies {
        statuses.push(Reply::of(reply.unwrap()).await.status);
    }
    let judged = statuses.iter().filter(|status| **status == 401).count();
    // Whoever finds no connection to the database in time is told to come again, and is no try.
    assert!(judged == 5 && statuses.iter().all(|status| [401, 429, 503].contains(status)), "{statuses:?}");
    assert_eq!(login(server, &other, PASSWORD).await.status, 429);
}

/// The largest distance between two distributions, by which Kolmogorov and Smirnov judge them.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let below = |of: &[f64], x: f64| of.iter().filter(|v| **v <= x).count() as f64 / of.len() as f64;
    a.iter().chain(b).map(|x| (below(a, *x) - below(b, *x)).abs()).fold(0.0, f64::max)
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// How often something is tried: so often here, and more where `tests/faults/run` says so.
fn often(variable: &str, here: usize) -> usize {
    std::env::var(variable).map_or(here, |n| n.parse().unwrap())
}

/// Threat 16: a wrong password takes as long as a name that nobody has, by the median and by the distribution.
#[tokio::test]
async fn the_time_of_a_refusal_tells_nothing() {
    let each: usize = often("ZUGONG_TEST_TIMINGS", 60);
    let server = Server::set_up(HttpSettings::default(), |config| {
        config.failure_floor_millis = IdentityConfig::default().failure_floor_millis;
        config.lockout.account_failures = 100_000;
        config.lockout.account_failures_everywhere = 200_000;
        config.lockout.network_failures = 100_000;
    })
    .await;
    let world = World::on(server).await;
    let (name, _) = somebody(&world.server, "zhang", &[&world.a]).await;
    let timed = async |name: &str| {
        let start = Instant::now();
        assert_eq!(login(&world.server, name, "wrong").await.status, 401);
        start.elapsed().as_secs_f64()
    };
    // The machine may be busy with other tests: one measurement of three must hold.
    let mut seen = vec![];
    for _ in 0..3 {
        let (mut known, mut unknown) = (vec![], vec![]);
        for round in 0..each / 2 {
            // Whoever is asked about first in a round waits a little less than whoever comes last: both come at all places.
            let stranger = "a-name-that-nobody-has";
            let (outer, inner) = if round % 2 == 0 { (&*name, stranger) } else { (stranger, &*name) };
            let took = tokio::join!(timed(outer), timed(inner), timed(inner), timed(outer));
            let (outer, inner) = ([took.0, took.3], [took.1, took.2]);
            let (of_known, of_unknown) = if round % 2 == 0 { (outer, inner) } else { (inner, outer) };
            known.extend(of_known);
            unknown.extend(of_unknown);
        }
        let gap = (median(&known) - median(&unknown)).abs() / median(&unknown);
        // Beyond this two samples of one distribution are apart in one case of a hundred.
        let (apart, bound) = (distance(&known, &unknown), 1.63 * (2.0 / each as f64).sqrt());
        seen.push((gap, apart));
        if gap < 0.05 && apart < bound {
            return;
        }
    }
    panic!("gap of the medians, distance of the distributions: {seen:?}");
}

/// Threat 17: hundreds of tries from one network keep nobody out who comes from another, on any replica.
#[tokio::test]
async fn guesses_from_one_network_keep_out_that_network_alone() {
    let settings = HttpSettings { trusted_hops: 1, ..HttpSettings::default() };
    let server = Server::set_up(settings, |config| config.lockout.network_failures = 100_000).await;
    let world = World::on(server).await;
    let replica = world.server.replica().await;
    let (name, _) = somebody(&world.server, "zhang", &[&world.a]).await;
    let servers = [&world.server, &replica];
    for round in 0..4 {
        for batch in 0..often("ZUGONG_TEST_GUESSES", 400) / 200 {
            let tries = (0..50).map(|i| {
                from(servers[i % 2], "203.0.113.9", &name, ["guess", "wrong", "123456"][(round + batch + i) % 3])
            });
            assert!(join_all(tries).await.iter().all(|reply| [401, 429].contains(&reply.status)));
        }
        for server in servers {
            assert_eq!(from(server, "203.0.113.9", &name, PASSWORD).await.status, 429, "round {round}");
            let owner = from(server, &format!("198.51.100.{round}"), &name, PASSWORD).await;
            assert_eq!(owner.status, 200, "round {round}: {}", owner.text);
        }
        world.server.clock.advance(chrono::TimeDelta::seconds(2));
        replica.clock.advance(chrono::TimeDelta::seconds(2));
    }
}
