//! Plans that are kept answer like plans that are made anew, whoever asks and whatever the variables are.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

use crate::rights::assignment;

/// Documents whose variables are compared, looked up, or shape the statement.
const DOCUMENTS: [&str; 9] = [
    "query($id: ID!) { cadre(id: $id) { id state person { name idNumber } unit { id } } }",
    "query($id: ID!) { a: cadre(id: $id) { id } b: node(id: $id) { id __typename } }",
    "query($name: String) { persons(where: { name: { contains: $name } }) { totalCount nodes { name phone } } }",
    "query($name: String, $n: Int) { persons(first: $n, where: { and: [{ name: { startsWith: $name } }] }) \
     { nodes { name } pageInfo { endCursor hasNextPage } } }",
    "query($id: ID!, $with: Boolean!) { cadres(where: { unit: { id: { ne: $id } } }, first: 3) \
     { nodes { id unit @include(if: $with) { id } } } }",
    "query($id: ID!) { cadreAggregate(where: { unit: { id: { eq: $id } } }, groupBy: [STATE]) \
     { groups { key { state } count } } }",
    // Beside what a module answers.
    "query($id: ID!) { viewer { __typename } cadre(id: $id) { id state person { name } } a: node(id: $id) { id } }",
    "query($name: String, $n: Int) { persons(first: $n, where: { name: { contains: $name } }) { totalCount nodes { name } } \
     viewer { __typename } }",
    "query($id: ID!, $with: Boolean!) { viewer @include(if: $with) { __typename } cadre(id: $id) @skip(if: $with) { id } \
     cadres(first: 3) { nodes { id ...F @include(if: $with) } } } fragment F on Cadre { state unit { id } }",
];

/// The data and the codes of an answer, with what differs from request to request left out.
async fn asked(actor: &Actor, document: &str, variables: &Json) -> Json {
    let mut body = actor.gql(document, variables.clone()).await.body;
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["requestId"] = Json::Null;
    }
    body
}

#[tokio::test]
async fn a_kept_plan_answers_like_a_new_one() {
    let world = World::start().await;
    super::populate(&world).await;
    let own = ["cadre:applicant", "root", "person:applicant"].map(|name| world.a.id(name));
    let foreign = world.b.id("cadre:applicant");
    let ids: Vec<&str> = own.into_iter().chain([foreign, "nonsense", ""]).collect();
    let names = [json!("applicant"), json!("x"), json!("%"), json!(null), json!("长".repeat(1_001))];
    let variables = (0..10).map(
        |i| json!({ "id": ids[i % ids.len()], "name": names[i % names.len()], "n": i % 3 + 1, "with": i % 2 == 0 }),
    );
    let variables: Vec<Json> = variables.collect();
    let mut fresh = 0;
    for document in DOCUMENTS {
        // Each plan is made for one of the users, and must not be another's.
        for given in &variables {
            for actor in [&world.a.superior, &world.a.junior, &world.a.applicant, &world.b.superior] {
                fresh += 1;
                let kept = asked(actor, document, given).await;
                let anew = asked(actor, &format!("{document} # {fresh}"), given).await;
                assert_eq!(kept, anew, "{} asks {document} with {given}", actor.name);
            }
        }
    }
}

#[tokio::test]
async fn a_kept_plan_ends_with_the_rights_it_was_made_for() {
    let world = World::start().await;
    let me = &world.a.applicant;
    let variables = json!({ "id": world.a.id("cadre:applicant") });
    for _ in 0..3 {
        assert!(asked(me, DOCUMENTS[0], &variables).await["data"]["cadre"]["id"].is_string());
    }
    let id = assignment(&world.a.superior, me).await;
    world.a.superior.done("assignmentRevoke", json!({ "id": id }), "roleAssignment { revokedAt }").await;
    let after = asked(me, DOCUMENTS[0], &variables).await;
    assert_eq!(after["data"]["cadre"], Json::Null, "{after}");
    assert_eq!(after["errors"][0]["extensions"]["code"], "FORBIDDEN", "{after}");
}
