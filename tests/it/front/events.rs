//! `/graphql/stream`: operations as server-sent events.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Reply, World, leaks, node};

use crate::matters::{approve, submit};

const PROGRESS: &str =
    "subscription($case: ID!, $after: ID) { caseProgress(case: $case, after: $after) { id type version } }";

/// An open stream of events.
struct Events {
    bytes: std::pin::Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    text: String,
}

/// One event: its name, its id, its data.
type Event = (String, Option<String>, Json);

async fn request(actor: &Actor, body: Json, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = actor.http.post(format!("{}/graphql/stream", actor.url)).json(&body);
    if let Some(token) = &actor.token {
        request = request.bearer_auth(token);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn open(actor: &Actor, query: &str, variables: Json, headers: &[(&str, &str)]) -> Events {
    let response = request(actor, json!({ "query": query, "variables": variables }), headers).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "no-store");
    Events { bytes: Box::pin(response.bytes_stream()), text: String::new() }
}

impl Events {
    /// The next event; none when the server has ended the stream. Comments are passed over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n").map(|(e, r)| (e.to_string(), r.to_string())) {
                self.text = rest;
                if event.starts_with(':') {
                    continue;
                }
                let field = |name: &str| {
                    let lines: Vec<&str> =
                        event.lines().filter_map(|l| l.strip_prefix(name)?.strip_prefix(':')).map(str::trim).collect();
                    (!lines.is_empty()).then(|| lines.join("\n"))
                };
                let data = serde_json::from_str(&field("data").unwrap_or_default()).unwrap_or(Json::Null);
                leaks::check(&data);
                return Some((field("event").unwrap(), field("id"), data));
            }
            let piece = tokio::time::timeout(Duration::from_secs(15), self.bytes.next()).await.expect("silence")?;
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn queries_and_mistakes_are_one_event_and_an_end() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let mut events =
        open(actor, "{ units(first: 1, orderBy: [{field: PATH}]) { nodes { name } } }", json!({}), &[]).await;
    let data = json!({ "data": { "units": { "nodes": [{ "name": "区A" }] } } });
    assert_eq!(events.next().await, Some(("next".into(), None, data)));
    assert_eq!(events.next().await, Some(("complete".into(), None, Json::Null)));
    assert_eq!(events.next().await, None);
    let mut invalid = open(actor, "{ nonsense }", json!({}), &[]).await;
    let (_, _, told) = invalid.next().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(invalid.next().await.unwrap().0, "complete");

    let query = json!({ "query": "{ __typename }" });
    for (body, headers, status, code) in [
        (json!({ "query": "{" }), vec![], 400, "GRAPHQL_PARSE_FAILED"),
        (json!({ "query": "[".repeat(100) }), vec![], 413, "QUERY_TOO_LARGE"),
        (json!([]), vec![], 400, "BAD_USER_INPUT"),
        (query.clone(), vec![("accept", "application/json")], 406, "NOT_ACCEPTABLE"),
        (query.clone(), vec![("authorization", "Bearer rubbish")], 401, "UNAUTHENTICATED"),
    ] {
        let reply = Reply::of(request(&actor.anonymous(), body.clone(), &headers).await).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{body}");
    }
    let get = Reply::of(actor.http.get(format!("{}/graphql/stream", actor.url)).send().await.unwrap()).await;
    assert_eq!((get.status, get.headers["allow"].to_str().unwrap()), (405, "POST"));
    let form = actor.http.post(format!("{}/graphql/stream", actor.url)).body(query.to_string()).send().await.unwrap();
    assert_eq!(Reply::of(form).await.status, 415);
}

#[tokio::test]
async fn the_public_client_understands_it() {
    let world = World::start().await;
    let token = world.a.superior.token.clone().unwrap();
    let variables = [("ZUGONG_URL", world.server.url.as_str()), ("ZUGONG_TOKEN", &token)];
    let Some(output) = node::run("events.mjs", &variables).await else { return };
    let told = String::from_utf8_lossy(&output.stderr);
    let results: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!(results[0], json!({ "data": { "viewer": { "__typename": "Viewer" } } }), "{results}");
    assert_eq!(results[1]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn a_subscription_goes_on_after_the_last_event_that_was_had() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let variables = json!({ "case": case["id"] });
    let mut events = open(&tenant.applicant, PROGRESS, variables.clone(), &[]).await;
    let first = events.next().await.unwrap();
    let second = events.next().await.unwrap();
    assert_eq!(first.1.as_deref(), first.2["data"]["caseProgress"]["id"].as_str(), "the id to go on from");
    let mut again =
        open(&tenant.applicant, PROGRESS, variables.clone(), &[("last-event-id", &first.1.clone().unwrap())]).await;
    assert_eq!(again.next().await.unwrap(), second);
    // The header stands over the variable, which is what the client began with.
    let begun = json!({ "case": case["id"], "after": second.1 });
    let mut over = open(&tenant.applicant, PROGRESS, begun, &[("last-event-id", first.1.as_deref().unwrap())]).await;
    assert_eq!(over.next().await.unwrap(), second);
    // It does so where the field stands in fragments, too.
    let spread = "subscription($case: ID!, $after: ID, $yes: Boolean!) { ...F @include(if: $yes) } fragment F on Subscription { \
        caseProgress(case: $case, after: $after) { id type } ... { caseProgress(case: $case, after: $after) { version } } }";
    for after in [Json::Null, json!(second.1)] {
        let variables = json!({ "case": case["id"], "after": after, "yes": true });
        let mut spread =
            open(&tenant.applicant, spread, variables, &[("last-event-id", first.1.as_deref().unwrap())]).await;
        assert_eq!(spread.next().await.unwrap(), second);
    }
    let foreign = open(&world.b.superior, PROGRESS, variables, &[]).await.next().await.unwrap();
    assert_eq!(foreign.2["errors"][0]["extensions"]["code"], "NOT_FOUND", "{foreign:?}");
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_with_the_session() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let mut events = open(&tenant.superior, PROGRESS, json!({ "case": case["id"] }), &[]).await;
    events.next().await.unwrap();
    let token = tenant.superior.token.as_deref().unwrap();
    let url = format!("{}/auth/logout", world.server.url);
    let start = Instant::now();
    let left = Reply::of(world.server.http.post(url).bearer_auth(token).send().await.unwrap()).await;
    assert_eq!(left.status, 200);
    let told = loop {
        let (name, _, data) = events.next().await.unwrap();
        if let Some(errors) = data.get("errors") {
            break errors.clone();
        }
        assert_eq!(name, "next");
    };
    assert_eq!(told[0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_user_has_five_connections_that_stay_open() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let variables = json!({ "case": case["id"] });
    let mut kept = vec![];
    for _ in 0..5 {
        kept.push(open(&tenant.superior, PROGRESS, variables.clone(), &[]).await);
    }
    let body = json!({ "query": PROGRESS, "variables": variables });
    let sixth = Reply::of(request(&tenant.superior, body.clone(), &[]).await).await;
    assert_eq!((sixth.status, sixth.code()), (429, "THROTTLED"));
    assert!(request(&tenant.applicant, body.clone(), &[]).await.status().is_success(), "another user has his own");
    kept.pop();
    let freed = async {
        while !request(&tenant.superior, body.clone(), &[]).await.status().is_success() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), freed).await.expect("a place is free again");
}
