//! What is asked for more than once is carried out once, and what stands for two things not at all (GraphQL, 5.3.2 and 6.3.2).

use serde_json::{Value as Json, json};
use zugong_tests::{Reply, Tenant, World};

const CREATE: &str = "mutation($i: UnitCreateInput!) {";

fn office(tenant: &Tenant, code: &str) -> Json {
    json!({ "i": { "parent": tenant.id("village"), "code": code, "name": "办公室", "sequence": "GOVERNMENT",
        "kind": "INTERNAL_OFFICE" } })
}

async fn offices(tenant: &Tenant) -> Json {
    let query = "{ units(where: { name: { eq: \"办公室\" } }) { totalCount } }";
    tenant.superior.ok(query, json!({})).await["units"]["totalCount"].clone()
}

#[tokio::test]
async fn a_mutations_field_that_stands_there_twice_is_one_command() {
    let world = World::start().await;
    let tenant = &world.a;
    let twice = format!(
        "{CREATE} unitCreate(input: $i) {{ unit {{ id }} }} ...F unitCreate(input: $i) {{ userErrors {{ code }} }}
            ... on Mutation {{ unitCreate(input: $i) {{ unit {{ code }} }} }} }}
        fragment F on Mutation {{ unitCreate(input: $i) {{ unit {{ name }} }} }}"
    );
    for code in ["N1", "N2"] {
        let made = tenant.superior.ok(&twice, office(tenant, code)).await;
        let unit = &made["unitCreate"]["unit"];
        assert_eq!((&unit["name"], &unit["code"]), (&json!("办公室"), &json!(code)), "{made}");
        assert!(unit["id"].is_string() && made["unitCreate"]["userErrors"] == json!([]), "{made}");
    }
    assert_eq!(offices(tenant).await, 2);
    // Under two keys it is two commands, and their answers stand in the document's order.
    let two = "mutation($i: UnitCreateInput!, $j: UnitCreateInput!) {
        z: unitCreate(input: $i) { unit { id } } ...F } fragment F on Mutation { a: unitCreate(input: $j) { unit { id } } }";
    let (i, j) = (office(tenant, "N3")["i"].take(), office(tenant, "N4")["i"].take());
    let reply = tenant.superior.gql(two, json!({ "i": i, "j": j })).await;
    assert!(reply.text.find("\"z\"") < reply.text.find("\"a\""), "{}", reply.text);
    assert_eq!(offices(tenant).await, 4);
    // What is left out is not carried out.
    let none =
        "mutation($i: UnitCreateInput!, $no: Boolean!) { unitCreate(input: $i) @include(if: $no) { unit { id } } }";
    let mut variables = office(tenant, "N5");
    variables["no"] = json!(false);
    assert_eq!(tenant.superior.ok(none, variables).await, json!({}));
    assert_eq!(offices(tenant).await, 4);
}

#[tokio::test]
async fn a_key_that_stands_for_two_things_is_refused_before_anything_happens() {
    let world = World::start().await;
    let tenant = &world.a;
    for document in [
        format!(
            "{CREATE} a: unitCreate(input: $i) {{ unit {{ id }} }} ... on Mutation {{ a: unitUpdate(input: {{ id: \"uni_0\", expectedVersion: 1 }}) {{ unit {{ id }} }} }} }}"
        ),
        format!(
            "{CREATE} a: unitCreate(input: $i) {{ unit {{ id }} }} ...F }} fragment F on Mutation {{ a: version }}"
        ),
    ] {
        let reply = tenant.superior.gql(&document, office(tenant, "N1")).await;
        assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{}", reply.text);
        assert!(reply.body.get("data").is_none(), "{}", reply.text);
    }
    assert_eq!(offices(tenant).await, 0);
}

#[tokio::test]
async fn an_answer_has_the_order_of_the_document_and_is_empty_where_everything_is_left_out() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let mixed = "{ units(first: 1) { nodes { id } } viewer { __typename } ...F } fragment F on Query { cadres { totalCount } units(first: 1) { totalCount } }";
    for _ in 0..4 {
        let reply = actor.gql(mixed, json!({})).await;
        let places = ["\"units\"", "\"viewer\"", "\"cadres\""].map(|key| reply.text.find(key));
        assert!(places.is_sorted() && places[0].is_some(), "{}", reply.text);
        assert!(reply.body["data"]["units"]["totalCount"].is_number(), "{}", reply.text);
    }
    let nothing = "query($no: Boolean = true) { units @skip(if: $no) { totalCount } }";
    assert_eq!(actor.ok(nothing, json!({})).await, json!({}));
    // A variable that nobody has given leaves a member of an input out, as it leaves an argument out.
    let open = "query($name: StringFilter) { units(where: { code: { eq: \"330203\" }, name: $name }) { totalCount } all: units { totalCount } }";
    assert_eq!(actor.gql(open, json!({})).await.body["errors"], Json::Null);
}

#[tokio::test]
async fn a_subscription_has_one_root_field() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let follow = "caseProgress(case: $c) { id }";
    for root in [
        format!("a: {follow} b: {follow}"),
        format!("a: {follow} ...F }} fragment F on Subscription {{ b: {follow}"),
        format!("... on Subscription {{ a: {follow} ... {{ {follow} }} }}"),
        "caseProgress(case: $c) @skip(if: true) { id }".to_string(),
    ] {
        let query = format!("subscription($c: ID!) {{ {root} }}");
        let mut request = actor.http.post(format!("{}/graphql/stream", actor.url));
        request = request.bearer_auth(actor.token.as_deref().unwrap()).header("accept", "text/event-stream");
        let body = json!({ "query": query, "variables": { "c": "cas_00000000000000000000000000000000" } });
        let text = Reply::of(request.json(&body).send().await.unwrap()).await.text;
        assert!(text.contains("GRAPHQL_VALIDATION_FAILED") && text.contains("event: complete"), "{query}: {text}");
    }
}

#[tokio::test]
async fn a_key_in_the_header_holds_for_event_streams_too() {
    let world = World::start().await;
    let tenant = &world.a;
    let actor = &tenant.superior;
    let query = format!("{CREATE} unitCreate(input: $i) {{ unit {{ id }} userErrors {{ code }} }} }}");
    let mut answers = vec![];
    for (code, key) in [("N1", "一次"), ("N1", "一次"), ("N1", "两次")] {
        let mut request = actor.http.post(format!("{}/graphql/stream", actor.url)).header("idempotency-key", key);
        request = request.bearer_auth(actor.token.as_deref().unwrap()).header("accept", "text/event-stream");
        let body = json!({ "query": query, "variables": office(tenant, code) });
        answers.push(Reply::of(request.json(&body).send().await.unwrap()).await.text);
    }
    assert!(answers[0].contains("\"id\":\"uni_"), "{answers:?}");
    assert_eq!(answers[0], answers[1], "the same key and input are the same command");
    assert_ne!(answers[0], answers[2]);
    let unreadable = reqwest::header::HeaderValue::from_bytes(&[0xff, 0xfe]).unwrap();
    let request = actor.http.post(format!("{}/graphql", actor.url)).header("idempotency-key", unreadable);
    let body = json!({ "query": query, "variables": office(tenant, "N9") });
    let reply = request.bearer_auth(actor.token.as_deref().unwrap()).json(&body).send().await.unwrap();
    assert!(Reply::of(reply).await.text.contains("BAD_USER_INPUT"));
}
