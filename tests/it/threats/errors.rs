//! Every way in which something fails inside, and what a client is told of it.

use futures::future::join_all;
use serde_json::{Value as Json, json};
use zugong::modules::organisation::rules::credit_code::CreditCode;
use zugong_tests::{Breach, Probe, Server, World, database::TestDatabase};

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
