//! Every way in which something fails inside, and what a client is told of it.

use futures::future::join_all;
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use zugong::modules::organisation::rules::credit_code::CreditCode;
use zugong_tests::{Breach, Probe, Server, World, database::TestDatabase, wire::Wire};

use crate::{
    front::{document, errors::well_formed},
    identity::{auth, login},
};

const CREATE: &str =
    "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } userErrors { code message } } }";

fn unit(world: &World, serial: usize) -> Json {
    let code = CreditCode::make("11330203", &format!("{:08}", 66_000_000 + serial)).unwrap();
    json!({ "input": { "parent": world.a.id("root"), "code": code.as_str(), "name": "新设机构",
        "sequence": "GOVERNMENT", "kind": "ORGAN" } })
}

/// Threat 11: a key that is taken, a reference to nothing, a text that is no number, a value out of bounds and one that
/// is missing are found by the database alone, and tell a client nothing but a code. Every reply of every other test is
/// looked through as well (`zugong_tests::leaks`); a database that is gone, a panic and a time that is over are made in
/// `front::errors`.
#[tokio::test]
async fn a_rule_of_the_database_that_is_broken_tells_nothing() {
    let world = World::on(Server::apart().await).await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = probe.count("unit").await;
    for breach in Breach::ALL {
        probe.breach("unit", breach).await;
        let reply = world.a.superior.gql(CREATE, unit(&world, 0)).await;
        probe.heal("unit").await;
        well_formed(&format!("{breach:?}"), &reply);
        let expected = if breach == Breach::Unique { "CONFLICT" } else { "INTERNAL_SERVER_ERROR" };
        assert_eq!(reply.code(), expected, "{breach:?}: {}", reply.text);
        assert!(reply.text.len() < 1_024, "{breach:?}: {}", reply.text);
    }
    assert_eq!(probe.count("unit").await, before, "nothing is left of any of them");
    let done = world.a.superior.ok(CREATE, unit(&world, 0)).await;
    assert!(done["unitCreate"]["unit"]["id"].is_string(), "{done}");
    TestDatabase::of(world.server.database_url()).remove().await;
}

/// Threat 11: where two take a key at the same moment, one has it and the others learn that it is taken, by whoever
/// found it: the rule or the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_taken_at_the_same_moment_is_refused_in_plain_words() {
    let world = World::start().await;
    for serial in 1..=5 {
        let input = unit(&world, serial);
        let replies = join_all((0..6).map(|_| world.a.superior.gql(CREATE, input.clone()))).await;
        let made = replies.iter().filter(|r| r.body["data"]["unitCreate"]["unit"]["id"].is_string()).count();
        assert_eq!(made, 1, "{:?}", replies.iter().map(|r| &r.text).collect::<Vec<_>>());
        for reply in replies.iter().filter(|r| !r.body["data"]["unitCreate"]["unit"]["id"].is_string()) {
            let refusal = &reply.body["data"]["unitCreate"]["userErrors"][0]["code"];
            let known = refusal == "ALREADY_EXISTS" || ["CONFLICT", "UNAVAILABLE"].contains(&reply.code());
            assert!(known, "{}", reply.text);
        }
    }
}

/// Threat 11: the doors beside GraphQL fail in the same words, whatever is wrong inside.
#[tokio::test]
async fn a_log_in_that_fails_inside_tells_nothing() {
    let world = World::start().await;
    let server = &world.server;
    world.server.platform.close().await;
    for reply in [
        login(server, "somebody", "secret-canary").await,
        auth(server, "refresh", None, json!({ "refreshToken": "zgr_secret-canary" })).await,
        auth(server, "token", None, json!({ "serviceKey": "zgk_secret-canary" })).await,
        auth(server, "switch", world.a.superior.token.as_deref(), json!({ "tenant": "secret-canary" })).await,
        auth(server, "logout", None, json!({ "refreshToken": "zgr_secret-canary" })).await,
    ] {
        let told = zugong_tests::leaks::told(&reply.text);
        assert!(told.is_empty() && reply.text.len() < 4_096, "{told:?}: {}", reply.text);
        // What cannot be a token is known without asking.
        assert!([401, 503].contains(&reply.status) || reply.body["loggedOut"] == true, "{}", reply.text);
    }
    assert_eq!(document(server, "{ __typename }").await.code(), "none", "the process lives");
}

/// What a server says to whoever reads by himself, and whether that fails the test which has read it.
async fn fails(said: &'static str) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let says = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
    };
    let reads = tokio::spawn(async move {
        let mut wire = Wire::to(&address).await;
        let mut read = vec![];
        wire.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, said.as_bytes());
    });
    tokio::join!(says, reads).1.is_err()
}

/// Threat 11: what a test reads byte by byte is looked through as well, whatever stands around the answers.
#[tokio::test]
async fn whoever_reads_by_himself_does_not_read_past_the_search() {
    for said in [
        "HTTP/1.1 500 \r\n\r\n{\"errors\":[{\"message\":\"sqlx\"}]}",
        "HTTP/1.1 200 \r\n\r\n{\"data\":{}}HTTP/1.1 503 \r\n\r\n{\"error\":{\"code\":\"UNAVAILABLE\",\"message\":\"sqlite\"}}",
        "event: next\ndata: {\"data\":null,\"errors\":[{\"message\":\"at api/src/x\"}]}\n\n",
        "\u{1}~{\"type\":\"error\",\"id\":\"1\",\"payload\":[{\"message\":\"tokio\"}]}",
        "{\"data\":null,\"errors\":[{\"message\":\"sqlx\",\"extensions\":{\"code\":\"X\"}},{\"mess",
        "{\"data\":{\"a\":{\"userErrors\":[{\"message\":\"no such table\"}]}}}",
        "HTTP/1.1 500 \r\n\r\nthread 'main' panicked at src/main.rs:1",
    ] {
        assert!(fails(said).await, "{said}");
    }
    for said in [
        "",
        "HTTP/1.1 200 OK\r\naccess-control-allow-origin: http://127.0.0.1:1\r\n\r\n{\"data\":{\"a\":\"sqlx\"}}",
        "HTTP/1.1 200 OK\r\n\r\ntype Query { version: String! }",
        "{\"errors\":[{\"message\":\"查询深度 20，上限 15\",\"extensions\":{\"code\":\"COST_LIMIT_EXCEEDED\"}}]}",
        "{\"data\":{\"units\":[{\"name\":\"区",
    ] {
        assert!(!fails(said).await, "{said}");
    }
}
