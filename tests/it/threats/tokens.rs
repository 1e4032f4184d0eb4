//! Sixty bad tokens at every door.

use serde_json::json;
use zugong_tests::{
    Actor, Probe,
    socket::{Heard, Socket},
};

use crate::identity::{PASSWORD, auth, in_tenant, login, masked, sees, text, tokens::bad_tokens, world_with_somebody};

/// Threats 23, 24 and 27: no door opens to any of them, and none tells more than the next.
#[tokio::test]
async fn sixty_bad_tokens_open_no_door() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let good = text(&login(server, &name, PASSWORD).await, "accessToken");
    let bad = bad_tokens(&world, &name, &good).await;
    assert!(bad.len() >= 60, "{}", bad.len());
    let probe = Probe::of(server.database_url(), world.a.id).await;
    let units = probe.count("unit").await;
    let mutation = "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } } }";
    let unit = json!({ "parent": world.a.id("root"), "code": "11330602002567895Q", "name": "新设机构",
        "sequence": "GOVERNMENT", "kind": "ORGAN" });
    let doors = async |token: &str| {
        let actor = Actor { token: Some(token.into()), ..world.a.superior.clone() };
        vec![
            masked(&actor.gql("{ viewer { name } }", json!({})).await),
            masked(&actor.gql(mutation, json!({ "input": unit })).await),
            masked(&auth(server, "switch", Some(token), json!({ "tenant": world.b.code })).await),
            masked(&auth(server, "logout", Some(token), json!({})).await),
        ]
    };
    let first = doors("nonsense").await;
    assert!(first.iter().all(|answer| answer.0 == 401), "{first:?}");
    for (what, token) in &bad {
        assert_eq!(doors(token).await, first, "{what}");
    }
    for (what, token) in bad.iter().step_by(6) {
        let mut socket = Socket::open(&server.url, "graphql-transport-ws").await;
        socket
            .say(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } }))
            .await;
        let heard = socket.hear().await;
        assert!(matches!(&heard, Heard::Closed(Some(frame)) if u16::from(frame.code) == 4403), "{what}: {heard:?}");
    }
    assert_eq!(probe.count("unit").await, units);
    assert_eq!(sees(server, &good).await, in_tenant("A"), "nobody was logged out");
}
