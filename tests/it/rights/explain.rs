//! `explainAccess` names the line of the contract and the row condition that decided.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

const EXPLAIN: &str = "query($object: ID!, $action: String!, $user: ID!) { explainAccess(object: $object, action: $action, user: $user) { \
    isAllowed isUserActive resource action ruleHits { role line text effect } predicates { scope role unit { name } isSatisfied } } }";

async fn explain(by: &Actor, object: &str, action: &str, user: &Actor) -> Json {
    let variables = json!({ "object": object, "action": action, "user": user.user });
    by.ok(EXPLAIN, variables).await["explainAccess"].clone()
}

#[tokio::test]
async fn it_names_rule_and_predicate() {
    let world = World::start().await;
    let a = &world.a;
    let cadre = a.id("cadre:applicant");
    let told = explain(&a.superior, cadre, "read", &a.junior).await;
    assert_eq!(
        (&told["isAllowed"], &told["resource"], &told["action"]),
        (&json!(true), &json!("cadre"), &json!("read"))
    );
    assert_eq!(told["ruleHits"][0]["text"], "p, junior, cadre, read, subtree, allow");
    assert_eq!(told["ruleHits"][0]["effect"], "ALLOW");
    let line = told["ruleHits"][0]["line"].as_u64().unwrap() as usize;
    let contract = include_str!("../../../policies/roles.csv");
    assert_eq!(contract.lines().nth(line - 1), told["ruleHits"][0]["text"].as_str());
    let predicate =
        json!({ "scope": "SUBTREE", "role": "JUNIOR", "unit": { "name": "甲街道第一社区A" }, "isSatisfied": true });
    assert_eq!(told["predicates"], json!([predicate]));

    // The same line, but the row lies elsewhere.
    let told = explain(&a.superior, cadre, "read", &a.neighbour).await;
    assert_eq!((&told["isAllowed"], &told["predicates"][0]["isSatisfied"]), (&json!(false), &json!(false)));
    assert_eq!(told["predicates"][0]["unit"]["name"], "乙街道A");
    // No line at all.
    let told = explain(&a.superior, cadre, "update", &a.leader).await;
    assert_eq!((&told["isAllowed"], &told["ruleHits"], &told["predicates"]), (&json!(false), &json!([]), &json!([])));
    // A deny line.
    let told = explain(&a.superior, cadre, "read", &a.audit).await;
    assert_eq!((&told["isAllowed"], &told["ruleHits"][0]["effect"]), (&json!(false), &json!("DENY")));
    // One's own.
    let told = explain(&a.superior, cadre, "read", &a.applicant).await;
    assert_eq!((&told["isAllowed"], &told["predicates"][0]["scope"]), (&json!(true), &json!("OWN")));
}

/// What is explained is what happens.
#[tokio::test]
async fn it_agrees_with_what_happens() {
    let world = World::start().await;
    let a = &world.a;
    let query = "query($id: ID!) { node(id: $id) { id } }";
    for object in
        ["cadre:applicant", "cadre:stranger", "person:applicant", "person:stranger", "town", "other-town", "party"]
    {
        let handler = &a.handlers["medical"];
        for actor in
            [&a.superior, &a.senior, &a.junior, &a.neighbour, &a.applicant, &a.leader, &a.system, &a.audit, handler]
        {
            let told = explain(&a.superior, a.id(object), "read", actor).await;
            let seen = actor.ok(query, json!({ "id": a.id(object) })).await;
            assert_eq!(told["isAllowed"], !seen["node"].is_null(), "{} reads {object}: {told}", actor.name);
        }
    }
}

#[tokio::test]
async fn it_tells_nothing_of_what_is_out_of_reach() {
    let world = World::start().await;
    let (a, b) = (&world.a, &world.b);
    for (object, user) in [
        (b.id("cadre:applicant"), &a.junior.user),
        (a.id("cadre:applicant"), &b.junior.user),
        ("cad_00000000000070008000000000000000", &a.junior.user),
        ("nonsense", &a.junior.user),
    ] {
        let reply = a.superior.gql(EXPLAIN, json!({ "object": object, "action": "read", "user": user })).await;
        assert_eq!(reply.code(), "NOT_FOUND", "{object} {user}: {}", reply.text);
    }
    let variables = json!({ "object": a.id("town"), "action": "fly", "user": a.junior.user });
    assert_eq!(a.superior.gql(EXPLAIN, variables.clone()).await.code(), "BAD_USER_INPUT");
    assert_eq!(a.senior.gql(EXPLAIN, variables).await.code(), "FORBIDDEN");
}
