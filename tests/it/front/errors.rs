//! What an error tells, and what it never tells.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value as Json, json};
use zugong::http::{app::HttpSettings, cost::CostSettings};
use zugong_tests::{Actor, Probe, Reply, Server, World, leaks, socket::Socket};

use super::{GRAPHQL, JSON, document, get, header, post};
use crate::sockets::{subscribe, word};

fn clean(name: &str, text: &str) {
    assert!(text.len() <= 4096, "{name}: {} bytes", text.len());
    let told = leaks::told(text);
    assert!(told.is_empty(), "{name} tells {told:?}: {text}");
}

/// The form that every top-level error has.
pub fn well_formed(name: &str, reply: &Reply) {
    let errors = reply.body["errors"].as_array().unwrap_or_else(|| panic!("{name}: {}", reply.text));
    assert!((1..=10).contains(&errors.len()), "{name}: {} errors", errors.len());
    for error in errors {
        let (message, extensions) = (&error["message"], &error["extensions"]);
        assert!(message.as_str().is_some_and(|m| !m.is_empty() && m.chars().count() <= 300), "{name}: {error}");
        let code = extensions["code"].as_str().unwrap();
        assert!(zugong::kernel::error::Code::ALL.iter().any(|c| c.as_str() == code), "{name}: {code}");
        assert_eq!(extensions["requestId"].as_str().unwrap(), header(reply, "x-request-id"), "{name}");
        assert!(extensions["retryable"].is_boolean(), "{name}");
    }
    clean(name, &reply.text);
}

const CREATE: &str =
    "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } userErrors { code } } }";

fn new_unit(world: &World) -> Json {
    json!({ "input": { "parent": world.a.id("root"), "code": "11330602002567895Q", "name": "新设机构",
        "sequence": "GOVERNMENT", "kind": "ORGAN" } })
}

/// The classes of failure that a client can bring about, by document and variables.
fn classes(world: &World) -> Vec<(&'static str, &'static str, String, Json)> {
    let id = world.b.id("root");
    let case = |name, code, query: &str, variables: Json| (name, code, query.to_string(), variables);
    let invalid = "GRAPHQL_VALIDATION_FAILED";
    vec![
        case("syntax", "GRAPHQL_PARSE_FAILED", "{ secret-canary", json!({})),
        case("syntax in a string", "GRAPHQL_PARSE_FAILED", "{ units(after: \"canary) { id } }", json!({})),
        case("control character", "GRAPHQL_PARSE_FAILED", "{ units\u{0} }", json!({})),
        case("unknown field", invalid, "{ salaries { id } }", json!({})),
        case("unknown argument", invalid, "{ units(offset: 3) { nodes { id } } }", json!({})),
        case("unknown type", invalid, "query($v: Salary) { units { nodes { id } } }", json!({})),
        case("unknown fragment", invalid, "{ ...F }", json!({})),
        case("unknown directive", invalid, "{ units @live { nodes { id } } }", json!({})),
        case("missing selection", invalid, "{ units }", json!({})),
        case("selection of a scalar", invalid, "{ units { nodes { id { id } } } }", json!({})),
        case("missing argument", invalid, "{ unit { id } }", json!({})),
        case("wrong literal", invalid, "{ units(first: \"x\") { nodes { id } } }", json!({})),
        case("unknown enum value", invalid, "{ units(orderBy: [{ field: SALARY }]) { nodes { id } } }", json!({})),
        case("clashing fields", invalid, "{ units { nodes { a: id a: name } } }", json!({})),
        case("missing variable", invalid, CREATE, json!({})),
        case("wrong variable", invalid, CREATE, json!({ "input": { "parent": 1 } })),
        case("unknown input field", invalid, CREATE, json!({ "input": { "tenantId": "x" } })),
        case("huge number", invalid, "{ units(first: 99999999999999999999) { nodes { id } } }", json!({})),
        case("empty condition", "BAD_USER_INPUT", "{ units(where: {}) { nodes { id } } }", json!({})),
        case("wrong page", "BAD_USER_INPUT", "{ units(first: 0) { nodes { id } } }", json!({})),
        case("wrong cursor", "BAD_USER_INPUT", "{ units(after: \"' or 1=1 --\") { nodes { id } } }", json!({})),
        case(
            "wrong filter value",
            "BAD_USER_INPUT",
            "{ cadres(where: { workStarted: { eq: \"' or '1'='1\" } }) { nodes { id } } }",
            json!({}),
        ),
        case("another tenant's object", "none", &format!("{{ unit(id: \"{id}\") {{ id }} }}"), json!({})),
        case("subscription over HTTP", "any", "subscription { nothing }", json!({})),
    ]
}

#[tokio::test]
async fn inv_10_errors_have_one_form_and_tell_nothing_of_the_inside() {
    let world = World::start().await;
    for (name, code, query, variables) in classes(&world) {
        for actor in [&world.a.superior, &world.a.service] {
            for accept in [("accept", "application/json"), GRAPHQL] {
                let reply = actor.send(json!({ "query": query, "variables": variables }), &[accept]).await;
                clean(name, &reply.body["errors"].to_string());
                if code != "none" {
                    well_formed(name, &reply);
                    assert!(code == "any" || reply.code() == code, "{name}: {}", reply.text);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_denied_or_anonymous_request_has_the_same_form() {
    let world = World::start().await;
    let query = "{ units { nodes { id } } }";
    let denied = world.a.audit.gql(CREATE, new_unit(&world)).await;
    well_formed("denied", &denied);
    assert_eq!(denied.code(), "FORBIDDEN");
    for (name, reply) in [
        ("anonymous", world.a.superior.anonymous().gql(query, json!({})).await),
        ("bad token", Actor { token: Some("rubbish".into()), ..world.a.superior.clone() }.gql(query, json!({})).await),
        (
            "bad key",
            Actor { token: Some("zgk_rubbish".into()), ..world.a.superior.clone() }.gql(query, json!({})).await,
        ),
    ] {
        well_formed(name, &reply);
        assert_eq!(reply.code(), "UNAUTHENTICATED", "{name}");
    }
    // Whoever answers it, a root field that fails is null and leaves the others alone.
    let three = "{ version auditVerify { seals } auditTrail(object: \"uni_0\") { id } units(first: 1) { totalCount } }";
    let reply = world.a.superior.gql(three, json!({})).await;
    well_formed("partly denied", &reply);
    let data = &reply.body["data"];
    assert!(data["version"].is_string() && data["units"]["totalCount"].is_u64(), "{}", reply.text);
    assert_eq!(
        (data.get("auditVerify"), data.get("auditTrail")),
        (Some(&Json::Null), Some(&Json::Null)),
        "{}",
        reply.text
    );
    let paths: Vec<&Json> = reply.body["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert!(paths.contains(&&json!(["auditVerify"])) && paths.contains(&&json!(["auditTrail"])), "{paths:?}");
    // At most ten errors, however many fields fail.
    let many: String = (0..20).map(|i| format!("a{i}: units {{ nodes {{ id }} }} ")).collect();
    let reply = document(&world.server, &format!("{{ {many} }}")).await;
    well_formed("many", &reply);
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 10);
    let reply =
        document(&world.server, &format!("{{ {} }}", (0..20).map(|i| format!("x{i} ")).collect::<String>())).await;
    well_formed("many unknown fields", &reply);
}

#[tokio::test]
async fn a_failing_database_tells_nothing() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    probe.break_table("unit", "insert").await;
    let reply = world.a.superior.gql(CREATE, new_unit(&world)).await;
    probe.mend_table("unit").await;
    well_formed("refused insert", &reply);
    assert_eq!((reply.status, reply.code()), (200, "INTERNAL_SERVER_ERROR"));
    assert_eq!(reply.body["errors"][0]["path"], json!(["unitCreate"]));
    // J-10: what cannot be recorded is not shown.
    probe.break_table("audit", "insert").await;
    let reply = world.a.superior.gql("{ persons(first: 1) { nodes { idNumber } } }", json!({})).await;
    probe.mend_table("audit").await;
    well_formed("unrecorded reading", &reply);
    assert!(!reply.text.contains("330203"), "{}", reply.text);
}

#[tokio::test]
async fn a_database_that_is_gone_tells_nothing() {
    let world = World::start().await;
    let good = "{ units(first: 1) { nodes { id } } }";
    world.a.superior.ok(good, json!({})).await;
    world.server.platform.close().await;
    let reading = world.a.superior.gql(good, json!({})).await;
    well_formed("reading", &reading);
    assert_eq!(reading.code(), "UNAVAILABLE", "{}", reading.text);
    let writing = world.a.superior.gql(CREATE, new_unit(&world)).await;
    well_formed("writing", &writing);
    assert_eq!(writing.code(), "UNAVAILABLE", "{}", writing.text);
    let body = json!({ "login": "x", "password": "secret-canary" }).to_string();
    let login = world.server.http.post(format!("{}/auth/login", world.server.url)).header(JSON.0, JSON.1).body(body);
    let login = Reply::of(login.send().await.unwrap()).await;
    assert_eq!((login.status, login.body["error"]["code"].as_str()), (503, Some("UNAVAILABLE")));
    clean("log-in", &login.text);
    assert_eq!(get(&world.server, "/healthz").await.status, 200, "the process lives");
    let ready = get(&world.server, "/readyz").await;
    assert_eq!((ready.status, ready.text.as_str()), (503, "database does not answer"));
}

#[tokio::test]
async fn a_request_past_its_deadline_ends_and_leaves_nothing_behind() {
    let settings = HttpSettings { deadline: Duration::from_millis(300), ..HttpSettings::default() };
    let world = World::on(Server::with(settings).await).await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let query = "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { version } } }";
    let input = json!({ "input": { "id": world.a.id("town"), "expectedVersion": 1, "name": "新名" } });
    let held = probe.hold("unit").await;
    for _ in 0..2 {
        let reply = world.a.superior.gql(query, input.clone()).await;
        assert_eq!((reply.status, reply.code()), (504, "DEADLINE_EXCEEDED"), "{}", reply.text);
        well_formed("deadline", &reply);
    }
    held.rollback().await.unwrap();
    let done = world.a.superior.gql(query, input).await;
    assert_eq!(done.body["data"]["unitUpdate"]["unit"]["version"], 2, "nothing was done before: {}", done.text);
}

#[tokio::test]
async fn a_panic_is_an_answer_on_every_transport_and_other_operations_go_on() {
    // What no operator can set: nothing ever comes back, so that how long to wait for it cannot be worked out.
    let cost = CostSettings { request: 1_000, client: 100, client_per_second: 0, ..CostSettings::default() };
    let site = "https://oa.example.gov.cn";
    let settings = HttpSettings { cost, origins: vec![site.into()], ..HttpSettings::default() };
    let world = World::on(Server::with(settings).await).await;
    let panics = async || {
        let figures = get(&world.server, "/metrics").await.text;
        let count = figures.lines().find_map(|line| line.strip_prefix("zugong_panics_total "));
        count.map_or(0, |count| count.trim().parse::<u64>().unwrap())
    };
    let before = panics().await;
    let (cheap, dear) = ("{ version }", "{ units(first: 100) { nodes { id name code path kind } } }");
    let (actor, body) = (&world.a.junior, json!({ "query": dear }));
    // A cheap one before each: where a Redis keeps the buckets it stumbles over that, and is left alone for a while.
    assert_eq!(actor.gql(cheap, json!({})).await.code(), "none");
    let answered = actor.send(body.clone(), &[("origin", site)]).await;
    assert_eq!(actor.gql(cheap, json!({})).await.code(), "none");
    let request = actor.http.post(format!("{}/graphql/stream", actor.url)).json(&body).header("origin", site);
    let streamed = Reply::of(request.bearer_auth(actor.token.as_ref().unwrap()).send().await.unwrap()).await;
    for (name, reply) in [("answer", answered), ("event stream", streamed)] {
        well_formed(name, &reply);
        assert_eq!((reply.status, reply.code()), (500, "INTERNAL_SERVER_ERROR"), "{name}: {}", reply.text);
        assert_eq!(header(&reply, "access-control-allow-origin"), site, "{name}: a page may read of it");
    }
    let mut socket = Socket::greeted(&actor.url, actor.token.as_deref()).await;
    for (id, query, kind) in [("1", cheap, "next"), ("2", dear, "error"), ("2", cheap, "next")] {
        socket.say(subscribe(id, query, json!({}))).await;
        let heard = word(socket.hear().await);
        assert_eq!((&heard["type"], &heard["id"]), (&json!(kind), &json!(id)), "{heard}");
        if kind == "next" {
            assert_eq!(word(socket.hear().await)["type"], "complete");
        } else {
            clean("socket", &heard.to_string());
            let extensions = &heard["payload"][0]["extensions"];
            assert_eq!(extensions["code"], "INTERNAL_SERVER_ERROR", "{heard}");
            assert!(extensions["requestId"].is_string(), "{heard}");
        }
    }
    // Other tests of the process may have counted as well.
    assert!(panics().await >= before + 3);
}

#[tokio::test]
async fn the_language_changes_the_message_and_never_the_code() {
    let world = World::start().await;
    for (name, _, query, variables) in classes(&world).into_iter().filter(|c| c.1 != "none") {
        let body = json!({ "query": query, "variables": variables });
        let said = async |language: &'static str| {
            world.a.superior.send(body.clone(), &[("accept-language", language), ("x-request-id", "one")]).await
        };
        let (chinese, english) = (said("zh-CN").await, said("en-GB,en;q=0.9").await);
        assert_eq!(chinese.code(), english.code(), "{name}");
        let ascii = |reply: &Reply| reply.body["errors"][0]["message"].as_str().unwrap().is_ascii();
        assert!(ascii(&english), "{name}: {}", english.text);
        assert!(!ascii(&chinese), "{name}: {}", chinese.text);
    }
    // Refusals by a rule, and plain answers.
    let input =
        json!({ "input": { "parent": "x", "code": "x", "name": "", "sequence": "GOVERNMENT", "kind": "ORGAN" } });
    let query = CREATE.replace("{ code }", "{ code message }");
    let said = async |language: &'static str| {
        let body = json!({ "query": query, "variables": input });
        let reply = world.a.superior.send(body, &[("accept-language", language)]).await;
        reply.body["data"]["unitCreate"]["userErrors"].as_array().unwrap().clone()
    };
    let (chinese, english) = (said("zh").await, said("en").await);
    let codes = |list: &[Json]| list.iter().map(|e| e["code"].clone()).collect::<Vec<_>>();
    assert_eq!((chinese.len(), codes(&chinese)), (3, codes(&english)));
    assert!(english.iter().all(|e| e["message"].as_str().unwrap().is_ascii()), "{english:?}");
    assert!(chinese.iter().all(|e| !e["message"].as_str().unwrap().is_ascii()), "{chinese:?}");
}

/// Nobody learns the schema by asking for fields that are nearly right.
#[tokio::test]
async fn misspellings_are_not_mended() {
    let server = Server::start().await;
    let roots =
        ["unit", "units", "cadre", "cadres", "person", "persons", "node", "nodes", "version", "partyOrganisations"];
    for root in roots {
        for misspelt in
            [format!("{root}x"), format!("x{root}"), root[1..].to_string(), root.to_uppercase(), format!("{root}_")]
        {
            let reply = document(&server, &format!("{{ {misspelt} {{ id }} }}")).await;
            if roots.contains(&misspelt.as_str()) {
                continue;
            }
            assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{}", reply.text);
            let rest = reply.text.replace(&misspelt, "").to_lowercase();
            assert!(
                !rest.contains("did you mean") && !rest.contains(&root.to_lowercase()),
                "{misspelt}: {}",
                reply.text
            );
        }
    }
    let headers: HeaderMap = post(&server, "{}", &[JSON]).await.headers;
    assert!(!headers.contains_key("server") && !headers.contains_key("x-powered-by"));
}
