//! A token of one tenant, and everything else that a request can say of another.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Reply, Tenant, World, difference, digest, socket::Socket};

use crate::{
    identity::{NAMES, auth, in_tenant, sees},
    probe::{Filler, Kind, Model, Root, SlotKind, Things},
    sockets::{subscribe, word},
};

/// Headers in which systems elsewhere name a tenant, a user or a place, all of them B's.
fn naming(b: &Tenant) -> Vec<(&'static str, String)> {
    let token = b.superior.token.clone().unwrap();
    vec![
        ("x-tenant", b.code.clone()),
        ("x-tenant-id", b.id.to_string()),
        ("x-tenant-code", b.code.clone()),
        ("x-zugong-tenant", b.code.clone()),
        ("x-org-id", b.id.simple().to_string()),
        ("x-user", b.superior.user.clone()),
        ("x-user-id", b.superior.user.clone()),
        ("x-forwarded-user", b.superior.user.clone()),
        ("x-forwarded-host", format!("{}.example.gov.cn", b.code)),
        ("x-original-url", format!("/{}/graphql", b.code)),
        ("x-access-token", token.clone()),
        ("proxy-authorization", format!("Bearer {token}")),
        ("cookie", format!("tenant={}; token={token}; accessToken={token}", b.code)),
    ]
}

/// What comes back under one request id.
async fn answered(actor: &Actor, query: &str, variables: &Json, more: &[(&str, &str)]) -> Reply {
    let headers: Vec<(&str, &str)> = [("x-request-id", "matrix")].into_iter().chain(more.iter().copied()).collect();
    actor.send(json!({ "query": query, "variables": variables }), &headers).await
}

/// What a root field can be asked that changes nothing: only what it needs, and B's things in each place of an id.
fn asks(model: &Model, filler: &Filler<'_>, root: &Root, theirs: &Things, other: &str) -> Vec<Json> {
    let mut out = vec![];
    if root.kind == Kind::Query {
        out.push(filler.variables(root, None));
    }
    // Conditions are probed with every id there is elsewhere (`invariants::isolation`).
    for slot in model.slots(root).iter().filter(|slot| slot.kind == SlotKind::Id && slot.path[0] != "where") {
        let id = slot.types.first().and_then(|ty| theirs.one(ty)).unwrap_or(other);
        out.push(filler.variables(root, Some((&slot.path, &json!(id)))));
    }
    out
}

/// Threat 27: every operation, with a token of A, with B's things as arguments and with headers that name B in every
/// way: letter for letter the answer that there is without the headers, and nothing of B in it.
#[tokio::test]
async fn the_tenant_is_the_tokens_whatever_else_names_another() {
    let world = World::roomy().await;
    world.furnish().await;
    let model = Model::read(&world.a.superior).await;
    let (ours, theirs) = (Things::of(&model, &world.a).await, Things::of(&model, &world.b).await);
    let before = digest(&world.server, world.b.id).await;
    let (canaries, naming) = (theirs.canaries(&ours), naming(&world.b));
    assert!(canaries.len() > 20, "the canaries were not found: {canaries:?}");
    let headers: Vec<(&str, &str)> = naming.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let filler = Filler { model: &model, things: &ours, mark: world.a.code.clone() };
    let (mut tried, mut wrong) = (0, vec![]);
    for actor in [&world.a.superior, &world.a.applicant] {
        for root in model.roots() {
            let query = model.document(&root, 0);
            for variables in asks(&model, &filler, &root, &theirs, world.b.id("town")) {
                let plain = answered(actor, &query, &variables, &[]).await;
                let named = answered(actor, &query, &variables, &headers).await;
                tried += 1;
                let at = format!("{} {} {variables}", actor.name, root.name);
                // Reading sensitive fields adds to the audit record; everything else is the same.
                if !root.name.starts_with("audit") && (plain.status, &plain.text) != (named.status, &named.text) {
                    wrong.push(format!("{at}: {}\n    with headers {}", plain.text, named.text));
                }
                let asked = variables.to_string();
                let shown = canaries.iter().find(|c| named.text.contains(**c) && !asked.contains(**c));
                wrong.extend(shown.map(|canary| format!("{at} shows {canary}: {}", named.text)));
            }
        }
    }
    assert!(tried > model.roots().len(), "{tried} questions to {} fields", model.roots().len());
    assert!(wrong.is_empty(), "{} of {tried}, the first: {:#?}", wrong.len(), wrong.iter().take(5).collect::<Vec<_>>());
    let changed = difference(&before, &digest(&world.server, world.b.id).await);
    assert!(changed.is_empty(), "B was changed: {changed:#?}");
}

/// Threat 27: over a socket, in a stream of events and in an address nobody names another tenant either, and a token
/// opens the doors beside the schema for its own tenant alone.
#[tokio::test]
async fn no_transport_has_a_word_for_another_tenant() {
    let world = World::start().await;
    let (a, b) = (&world.a, &world.b);
    let token = a.superior.token.clone().unwrap();
    let mine = |names: &Json| {
        let nodes = names["units"]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty() && nodes.iter().all(|n| n["name"].as_str().unwrap().ends_with('A')), "{names}");
    };
    let mut socket = Socket::open(&world.server.url, "graphql-transport-ws").await;
    let payload = json!({ "authorization": format!("Bearer {token}"), "tenant": b.code, "tenantId": b.id,
        "x-tenant": b.code, "token": b.superior.token });
    socket.say(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(word(socket.hear().await)["type"], "connection_ack");
    socket.say(subscribe("1", NAMES, json!({ "tenant": b.code }))).await;
    mine(&word(socket.hear().await)["payload"]["data"]);

    let body = json!({ "query": NAMES, "tenant": b.code, "tenantId": b.id, "variables": { "tenant": b.code },
        "extensions": { "tenant": b.code } });
    mine(&a.superior.send(body.clone(), &[]).await.body["data"]);
    for path in ["graphql", "graphql/stream"] {
        let url = format!("{}/{path}?tenant={}&tenantId={}&access_token={}", world.server.url, b.code, b.id, token);
        let ask = async |bearer: Option<&str>| {
            let request = world.server.http.post(&url).json(&body);
            let request = bearer.into_iter().fold(request, |request, bearer| request.bearer_auth(bearer));
            Reply::of(request.send().await.unwrap()).await.text
        };
        let told = ask(Some(&token)).await;
        assert!(told.contains("区A") && !told.contains("区B"), "{path}: {told}");
        let told = ask(None).await;
        assert!(!told.contains("区A") && !told.contains("区B"), "{path}: a token in an address is none: {told}");
    }
    for tenant in [json!(b.code), json!(b.id), json!(b.id.simple().to_string()), json!("测试区")] {
        let reply = auth(&world.server, "switch", Some(&token), json!({ "tenant": tenant })).await;
        assert_eq!(reply.status, 404, "{tenant}: {}", reply.text);
    }
    assert_eq!(sees(&world.server, &token).await, in_tenant("A"));
}
