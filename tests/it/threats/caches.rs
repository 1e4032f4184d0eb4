//! Nothing that is kept for one tenant is given to another.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

/// Documents whose answers or plans somebody might keep: same text and variables for both tenants.
const DOCUMENTS: &[&str] = &[
    "{ viewer { name tenant { code } roles { role } } }",
    "{ units(first: 100) { totalCount nodes { id name path children { nodes { name } } } pageInfo { endCursor } } }",
    "query Same { cadres(first: 100) { totalCount nodes { id person { name idNumber } unit { name } } } }",
    "{ persons(where: { name: { contains: \"a\" } }) { nodes { id name phone } } }",
    "{ matters { nodes { id key } } }",
    "{ users(first: 100) { nodes { id name } } }",
    "{ matterStatistics(matterKey: \"retirement\", from: \"2025-09-01\", to: \"2025-09-30\") { total running done } }",
    "{ auditRecords(first: 100) { nodes { id actorName } } }",
];

/// What an actor is answered to all of them, by name of operation too.
async fn answers(actor: &Actor) -> Vec<String> {
    let mut out = vec![];
    for document in DOCUMENTS {
        let name = document.contains("query Same").then_some("Same");
        let body = json!({ "query": document, "variables": {}, "operationName": name });
        out.push(actor.send(body, &[("x-request-id", "same"), ("if-none-match", "*")]).await.text);
    }
    out
}

/// Everything that names something of a tenant: its code and its ids.
fn marks(actor_answers: &[String]) -> Vec<String> {
    let mut out = vec![];
    for answer in actor_answers {
        let body: Json = serde_json::from_str(answer).unwrap();
        collect(&body["data"], &mut out);
    }
    out
}

fn collect(value: &Json, out: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect(item, out)),
        Json::Object(fields) => fields.iter().for_each(|(key, value)| match (key.as_str(), value) {
            ("id" | "code", Json::String(text)) => out.push(text.clone()),
            _ => collect(value, out),
        }),
        _ => {}
    }
}

/// Threat 31: with every cache warmed by B, A is answered as by a server that has never met B.
#[tokio::test]
async fn a_cache_that_b_has_warmed_gives_a_nothing_of_b() {
    let world = World::start().await;
    let (a, b) = (&world.a, &world.b);
    let cold = world.server.replica().await;
    for (of_a, of_b) in [(&a.superior, &b.superior), (&a.junior, &b.junior), (&a.audit, &b.audit)] {
        let fresh = answers(&of_a.at(&cold.url)).await;
        let theirs = [answers(of_b).await, answers(of_b).await];
        let marks = marks(&theirs[0]);
        assert!(marks.len() > 1, "{}: nothing to look for", of_b.name);
        for round in 0..2 {
            let ours = answers(of_a).await;
            for ((document, ours), fresh) in DOCUMENTS.iter().zip(&ours).zip(&fresh) {
                let found: Vec<_> = marks.iter().filter(|mark| ours.contains(*mark)).collect();
                assert!(found.is_empty(), "{document} shows {found:?}");
                assert!(!ours.contains(&b.code), "{document}: {ours}");
                // Reading sensitive fields adds audit records; everything else is the same.
                if !document.contains("auditRecords") {
                    assert_eq!(ours, fresh, "{} {round}: {document}", of_a.name);
                }
            }
        }
    }
}

/// Threat 31: an outcome that B has kept under a key is not A's, nor is a refusal.
#[tokio::test]
async fn an_outcome_kept_for_b_is_not_given_to_a() {
    let world = World::start().await;
    let query = "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id code parent { id } } userErrors { code } } }";
    let mut ids = vec![];
    for tenant in [&world.b, &world.a] {
        let input = json!({ "parent": tenant.id("root"), "code": "11330602002567895Q", "name": "新设机构",
            "sequence": "GOVERNMENT", "kind": "ORGAN", "idempotencyKey": "the same key" });
        for _ in 0..2 {
            let made = tenant.superior.ok(query, json!({ "input": input })).await["unitCreate"].clone();
            assert_eq!(made["userErrors"], json!([]));
            assert_eq!(made["unit"]["parent"]["id"], tenant.id("root"));
            ids.push(made["unit"]["id"].clone());
        }
    }
    assert!(ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2], "{ids:?}");
}
