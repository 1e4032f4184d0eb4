//! What the specification calls valid is carried out, and what it does not is refused before anything is, whichever
//! transport brings it (GraphQL, 5.2.3.1, 5.3.2, 5.6 and 5.8.5).

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Reply, Tenant, World, socket::Socket};

use crate::{
    matters::{approve, submit},
    sockets::{subscribe, word},
};

const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";

/// The whole of what an event stream says.
async fn streamed(actor: &Actor, query: &str, variables: &Json) -> String {
    let request = actor.http.post(format!("{}/graphql/stream", actor.url)).header("accept", "text/event-stream");
    let request = request.bearer_auth(actor.token.as_deref().unwrap());
    let body = json!({ "query": query, "variables": variables });
    Reply::of(request.json(&body).send().await.unwrap()).await.text
}

fn office(tenant: &Tenant, code: &str) -> Json {
    json!({ "i": { "parent": tenant.id("village"), "code": code, "name": "办公室", "sequence": "GOVERNMENT",
        "kind": "INTERNAL_OFFICE" } })
}

#[tokio::test]
async fn what_cannot_be_merged_below_the_root_is_refused_before_a_command_is_carried_out() {
    let world = World::start().await;
    let tenant = &world.a;
    let mut socket = Socket::greeted(&world.server.url, tenant.superior.token.as_deref()).await;
    for (n, below) in [
        "unit { a: name a: code }",
        "unit { a: name } unit { ... on Unit { a: code } }",
        "...P unit { children(first: 1) { totalCount } }",
        "userErrors { a: code a: field }",
    ]
    .into_iter()
    .enumerate()
    {
        let fragment = if below.contains("...P") {
            "fragment P on UnitPayload { unit { children(first: 2) { totalCount } } }"
        } else {
            ""
        };
        let query = format!("mutation($i: UnitCreateInput!) {{ unitCreate(input: $i) {{ {below} }} }} {fragment}");
        // It is refused however often it comes.
        for _ in 0..2 {
            let reply = tenant.superior.gql(&query, office(tenant, "N1")).await;
            assert_eq!(reply.code(), INVALID, "{below}: {}", reply.text);
            assert!(reply.body.get("data").is_none(), "{}", reply.text);
            let error = &reply.body["errors"][0];
            assert_eq!(error["locations"].as_array().map(Vec::len), Some(2), "both places: {error}");
            let key = if below.contains("a:") { "a" } else { "children" };
            assert_eq!(error["extensions"]["field"], key, "{error}");
        }
        let text = streamed(&tenant.superior, &query, &office(tenant, "N1")).await;
        assert!(text.contains(INVALID) && !text.contains("\"data\""), "{text}");
        socket.say(subscribe(&n.to_string(), &query, office(tenant, "N1"))).await;
        let heard = word(socket.hear().await);
        assert_eq!((&heard["type"], &heard["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(INVALID)));
    }
    let offices = "{ units(where: { name: { eq: \"办公室\" } }) { totalCount } }";
    assert_eq!(tenant.superior.ok(offices, json!({})).await["units"]["totalCount"], 0, "nothing was made");
}

#[tokio::test]
async fn fields_of_objects_that_have_nothing_in_common_have_values_of_one_shape() {
    let world = World::start().await;
    let tenant = &world.a;
    let nodes = |cadre: &str| {
        format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Unit {{ x: name }} ... on Cadre {{ {cadre} }} }} }}")
    };
    let ids = json!({ "ids": [tenant.id("town"), tenant.id("cadre:stranger")] });
    for wrong in ["x: state", "x: version", "x: person { name }", "x: cases { totalCount }"] {
        let reply = tenant.superior.gql(&nodes(wrong), ids.clone()).await;
        assert_eq!(reply.code(), INVALID, "{wrong}: {}", reply.text);
        assert!(reply.body.get("data").is_none(), "{}", reply.text);
    }
    // Text is text, and a field may have another name in each.
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Unit { x: name } ... on Person { x: name } } }";
    let data = tenant.superior.ok(query, json!({ "ids": [tenant.id("town"), tenant.id("person:stranger")] })).await;
    assert_eq!(data["nodes"], json!([{ "x": "甲街道A" }, { "x": "strangerA" }]));
}

#[tokio::test]
async fn a_literal_is_checked_whatever_variable_stands_beside_it() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let wrong = "query($c: String) { units(where: { code: { eq: $c }, position: { eq: \"x\" } }) { totalCount } }";
    for variables in [json!({}), json!({ "c": null }), json!({ "c": "1" })] {
        let reply = actor.gql(wrong, variables.clone()).await;
        assert_eq!(reply.code(), INVALID, "{variables}: {}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], "where.position.eq", "{}", reply.text);
    }
    // A value of an enumeration is a name in a document, and a text in the variables' JSON.
    let text = actor.gql("{ units(where: { sequence: { eq: \"GOVERNMENT\" } }) { totalCount } }", json!({})).await;
    assert_eq!(text.code(), INVALID, "{}", text.text);
    let literal = "{ units(where: { sequence: { eq: GOVERNMENT } }) { totalCount } }";
    let variable = "query($s: UnitSequence) { units(where: { sequence: { eq: $s } }) { totalCount } }";
    let one = actor.ok(literal, json!({})).await;
    assert_eq!(one, actor.ok(variable, json!({ "s": "GOVERNMENT" })).await);
    // The default of a type that does not exist is a mistake of the document's.
    for (unknown, name) in [
        ("query($v: [Nope] = [1]) { version }", None),
        ("query A { version } query B($v: [Nope!] = [1]) { version }", Some("A")),
    ] {
        let reply = actor.send(json!({ "query": unknown, "operationName": name }), &[]).await;
        assert_eq!(reply.code(), INVALID, "{unknown}: {}", reply.text);
    }
}

#[tokio::test]
async fn typename_is_a_field_like_others_and_directives_stand_where_they_may() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let query = "query($no: Boolean!) { __typename @skip(if: $no) units { totalCount __typename @include(if: $no) } }";
    for no in [true, false] {
        let data = actor.ok(query, json!({ "no": no })).await;
        assert_eq!((data.get("__typename").is_some(), data["units"].get("__typename").is_some()), (!no, no), "{data}");
    }
    for wrong in [
        "{ __typename(a: 1) }",
        "{ __typename { id } }",
        "{ __typename @nothing }",
        "{ __typename @skip(if: false) @skip(if: false) }",
        "query($n: Int @nothing) { units(first: $n) { totalCount } }",
        "query($n: Int = 1 @skip(if: true)) { units(first: $n) { totalCount } }",
    ] {
        let reply = actor.gql(wrong, json!({})).await;
        assert_eq!(reply.code(), INVALID, "{wrong}: {}", reply.text);
        assert!(reply.body["errors"][0]["locations"].is_array(), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_variable_that_may_be_null_may_stand_where_there_is_a_default() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let query = "query($m: Int, $u: ID) { retirementForecast(months: $m, unit: $u) { totalCount nextTwoYearsCount } }";
    let plain = actor.ok("{ retirementForecast { totalCount nextTwoYearsCount } }", json!({})).await;
    // Twice, since a document that is known to be valid takes another way.
    for _ in 0..2 {
        assert_eq!(actor.ok(query, json!({})).await, plain, "without a value the default holds");
        assert_eq!(actor.ok(query, json!({ "m": 24 })).await, plain);
        let null = actor.gql(query, json!({ "m": null })).await;
        assert_eq!(null.body["errors"][0]["path"], json!(["retirementForecast"]), "{}", null.text);
        assert_ne!(null.code(), INVALID, "null is an error of the field");
        assert!(null.body["data"]["retirementForecast"].is_null(), "{}", null.text);
    }
    let required = "query($u: ID) { unit(id: $u) { id } }";
    assert_eq!(actor.gql(required, json!({ "u": world.a.id("town") })).await.code(), INVALID, "there is no default");
}

#[tokio::test]
async fn a_condition_that_is_null_is_refused_whoever_would_carry_the_operation_out() {
    let world = World::start().await;
    let tenant = &world.a;
    let actor = &tenant.superior;
    for selections in [
        "units @skip(if: $v) { totalCount }",
        "units { totalCount @include(if: $v) }",
        "viewer @skip(if: $v) { __typename }",
        "viewer { __typename @include(if: $v) }",
        "viewer { __typename } units { nodes { id @skip(if: $v) } }",
        "__typename @skip(if: $v)",
        "__schema { queryType { name @include(if: $v) } }",
        "...F @skip(if: $v) } fragment F on Query { version",
    ] {
        let query = format!("query($v: Boolean = false) {{ {selections} }}");
        // Before it is known to be valid, and afterwards.
        for variables in [json!({ "v": null }), json!({}), json!({ "v": null })] {
            let reply = actor.gql(&query, variables.clone()).await;
            if variables == json!({}) {
                assert!(reply.body.get("errors").is_none(), "{selections}: {}", reply.text);
                continue;
            }
            let error = &reply.body["errors"][0];
            assert_eq!((reply.code(), &error["extensions"]["field"]), ("BAD_USER_INPUT", &json!("if")), "{selections}");
            assert!(reply.body.get("data").is_none(), "{selections}: {}", reply.text);
        }
    }
    let query =
        "mutation($i: UnitCreateInput!, $v: Boolean = false) { unitCreate(input: $i) { unit { id @skip(if: $v) } } }";
    let mut variables = office(tenant, "N1");
    variables["v"] = Json::Null;
    let reply = actor.gql(query, variables.clone()).await;
    assert_eq!((reply.code(), reply.body.get("data")), ("BAD_USER_INPUT", None), "{}", reply.text);
    let text = streamed(actor, query, &variables).await;
    assert!(text.contains("BAD_USER_INPUT") && !text.contains("\"data\""), "{text}");
    let offices = "{ units(where: { name: { eq: \"办公室\" } }) { totalCount } }";
    assert_eq!(actor.ok(offices, json!({})).await["units"]["totalCount"], 0, "nothing was made");
}

#[tokio::test]
async fn no_operation_of_a_document_is_carried_out_beside_a_subscription_with_several_root_fields() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let follow = "caseProgress(case: $c) { id }";
    let mut socket = Socket::greeted(&world.server.url, actor.token.as_deref()).await;
    for (n, wrong) in [
        format!("a: {follow} b: {follow}"),
        format!("a: {follow} ... on Subscription {{ {follow} }}"),
        "caseProgress(case: $c) @skip(if: true) { id }".to_string(),
    ]
    .into_iter()
    .enumerate()
    {
        let document = format!("query Q {{ version }} subscription S($c: ID!) {{ {wrong} }}");
        let body = json!({ "query": document, "operationName": "Q" });
        // Whether or not it came before.
        for _ in 0..2 {
            let reply = actor.send(body.clone(), &[]).await;
            assert_eq!(reply.code(), INVALID, "{wrong}: {}", reply.text);
            assert!(reply.body.get("data").is_none(), "{}", reply.text);
        }
        let id = n.to_string();
        socket.say(json!({ "type": "subscribe", "id": id, "payload": body })).await;
        let heard = word(socket.hear().await);
        assert_eq!((&heard["type"], &heard["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(INVALID)));
    }
    let document = format!("query Q {{ version }} subscription S($c: ID!) {{ {follow} {follow} }}");
    let reply = actor.send(json!({ "query": document, "operationName": "Q" }), &[]).await;
    assert!(reply.body["data"]["version"].is_string(), "{}", reply.text);
}

#[tokio::test]
async fn the_root_field_of_a_subscription_may_stand_in_fragments_and_more_than_once() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let mut socket = Socket::greeted(&world.server.url, tenant.applicant.token.as_deref()).await;
    let follow = |below: &str| format!("caseProgress(case: $case) {{ {below} }}");
    for (n, root) in [
        format!("...F }} fragment F on Subscription {{ {}", follow("id type version")),
        format!("... on Subscription {{ ... @include(if: true) {{ {} }} }}", follow("id type version")),
        format!("{} ...F }} fragment F on Subscription {{ {}", follow("id type"), follow("version")),
        format!("{} nothing: caseProgress(case: $case) @skip(if: true) {{ id }}", follow("id type version")),
    ]
    .into_iter()
    .enumerate()
    {
        let query = format!("subscription($case: ID!) {{ {root} }}");
        socket.say(subscribe(&n.to_string(), &query, json!({ "case": case["id"] }))).await;
        let heard = word(socket.hear().await);
        let event = &heard["payload"]["data"]["caseProgress"];
        assert!(
            event["id"].is_string() && event["type"].is_string() && event["version"].is_number(),
            "{root}: {heard}"
        );
        socket.say(json!({ "type": "complete", "id": n.to_string() })).await;
        // What was said before is heard to its end.
        socket.say(json!({ "type": "ping" })).await;
        while word(socket.hear().await)["type"] != "pong" {}
    }
}
