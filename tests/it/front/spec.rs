//! GraphQL over HTTP as its specification and its public audits have it.

use reqwest::Method;
use serde_json::{Value as Json, json};
use zugong::http::app::HttpSettings;
use zugong_tests::{Reply, Server, World, node};

use super::{JSON, header, post};

const CSRF: (&str, &str) = ("x-graphql-csrf", "1");

/// A GET of `/graphql` with these parameters and headers.
pub async fn ask(server: &Server, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let mut request = server.http.get(format!("{}/graphql", server.url)).query(parameters);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn all_61_public_audits_pass() {
    let world = World::start().await;
    let token = world.a.superior.token.clone().unwrap();
    let variables = [("ZUGONG_URL", world.server.url.as_str()), ("ZUGONG_TOKEN", &token)];
    let Some(output) = node::run("audit.mjs", &variables).await else { return };
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "61/61", "{told}");
}

#[tokio::test]
async fn a_get_reads_with_the_header_that_other_sites_cannot_send() {
    let world = World::start().await;
    let bearer = format!("Bearer {}", world.a.superior.token.as_ref().unwrap());
    let query = ("query", "query Q($n: Int) { units(first: $n, orderBy: [{field: PATH}]) { nodes { name } } }");
    let variables = ("variables", r#"{"n":1}"#);
    let expected = json!({ "data": { "units": { "nodes": [{ "name": "区A" }] } } });
    for way in [CSRF, ("apollo-require-preflight", "true"), JSON] {
        let reply = ask(&world.server, &[query, variables], &[way, ("authorization", &bearer)]).await;
        assert_eq!((reply.status, &reply.body), (200, &expected), "{way:?}: {}", reply.text);
        assert_eq!(header(&reply, "cache-control"), "no-store");
    }
    for way in [vec![], vec![("x-graphql-csrf", "")], vec![("content-type", "text/plain")]] {
        let mut headers = way.clone();
        headers.push(("authorization", &bearer));
        let reply = ask(&world.server, &[query, variables], &headers).await;
        assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"), "{way:?}");
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], "x-graphql-csrf");
        assert!(reply.body.get("data").is_none());
    }
}

#[tokio::test]
async fn a_get_never_changes_anything_and_says_what_would() {
    let world = World::start().await;
    let bearer = format!("Bearer {}", world.a.superior.token.as_ref().unwrap());
    for document in [
        "mutation { __typename }",
        "query Q { version } mutation M { __typename }",
        "subscription { caseProgress(case: \"cas_0\") { id } }",
    ] {
        let parameters = [("query", document), ("operationName", if document.contains(" M ") { "M" } else { "" })];
        let reply = ask(&world.server, &parameters, &[CSRF, ("authorization", &bearer)]).await;
        assert_eq!((reply.status, reply.code(), header(&reply, "allow")), (405, "METHOD_NOT_ALLOWED", "POST"));
    }
    let mutation = "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } } }";
    let input = json!({ "input": { "parent": world.a.id("root"), "code": "11330602002567895Q", "name": "新设机构",
        "sequence": "GOVERNMENT", "kind": "ORGAN" } });
    let parameters = [("query", mutation), ("variables", &input.to_string())];
    let reply = ask(&world.server, &parameters, &[CSRF, ("authorization", &bearer)]).await;
    assert_eq!((reply.status, reply.code()), (405, "METHOD_NOT_ALLOWED"));
    let found = world.a.superior.ok("{ units(where: {code: {eq: \"11330602002567895Q\"}}) { totalCount } }", json!({}));
    assert_eq!(found.await["units"]["totalCount"], 0);
}

#[tokio::test]
async fn parameters_of_a_get_are_checked_like_a_body() {
    let server = Server::start().await;
    for parameters in [
        vec![],
        vec![("query", "{ __typename }"), ("variables", "[]")],
        vec![("query", "{ __typename }"), ("variables", "{")],
        vec![("query", "{ __typename }"), ("extensions", "1")],
        vec![("query", "{ __typename }"), ("query", "{ version }")],
        vec![("query", "{ __typename }"), ("operationName", "None")],
    ] {
        let reply = ask(&server, &parameters, &[CSRF]).await;
        assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"), "{parameters:?}: {}", reply.text);
    }
    let good = [("query", "{ __typename }"), ("variables", ""), ("operationName", ""), ("extensions", "{}")];
    assert_eq!(ask(&server, &good, &[CSRF]).await.text, r#"{"data":{"__typename":"Query"}}"#);
    let deep = format!("{{ {} }}", "a { ".repeat(60));
    assert_eq!(ask(&server, &[("query", deep.as_str())], &[CSRF]).await.code(), "QUERY_TOO_LARGE");
}

#[tokio::test]
async fn an_answer_has_a_type_that_was_asked_for_or_there_is_none() {
    let world = World::start().await;
    let body = json!({ "query": "{ __typename }" }).to_string();
    for (accept, kind) in [
        ("*/*", "application/json; charset=utf-8"),
        ("application/*;q=0.2, text/html", "application/json; charset=utf-8"),
        (
            "application/json;q=0.1, application/graphql-response+json;q=0.2",
            "application/graphql-response+json; charset=utf-8",
        ),
        ("application/graphql-response+json;q=0.1, application/json;q=0.2", "application/json; charset=utf-8"),
    ] {
        let reply = post(&world.server, body.clone(), &[JSON, ("accept", accept)]).await;
        assert_eq!((reply.status, header(&reply, "content-type")), (200, kind), "{accept}");
    }
    let bearer = format!("Bearer {}", world.a.superior.token.as_ref().unwrap());
    let create = json!({ "query": "mutation($i: UnitCreateInput!) { unitCreate(input: $i) { unit { id } } }",
        "variables": { "i": { "parent": world.a.id("root"), "code": "11330602002567895Q", "name": "新设机构",
            "sequence": "GOVERNMENT", "kind": "ORGAN" } } });
    for accept in ["text/html", "text/event-stream", "multipart/mixed", "application/json;q=0", "nonsense"] {
        let headers = [JSON, ("accept", accept), ("authorization", bearer.as_str())];
        let reply = post(&world.server, create.to_string(), &headers).await;
        assert_eq!((reply.status, reply.code()), (406, "NOT_ACCEPTABLE"), "{accept}: {}", reply.text);
        assert_eq!(header(&reply, "content-type"), "application/json; charset=utf-8");
    }
    let found = world.a.superior.ok("{ units(where: {code: {eq: \"11330602002567895Q\"}}) { totalCount } }", json!({}));
    assert_eq!(found.await["units"]["totalCount"], 0, "what cannot be answered is not carried out");
}

#[tokio::test]
async fn pages_of_sites_that_an_operator_names_may_use_the_api_and_no_others() {
    let settings = HttpSettings { origins: vec!["https://oa.example.gov.cn".into()], ..HttpSettings::default() };
    let (open, closed) = (Server::with(settings).await, Server::start().await);
    let preflight = async |server: &Server, origin: &str| {
        let request = server.http.request(Method::OPTIONS, format!("{}/graphql", server.url));
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-graphql-csrf");
        Reply::of(request.send().await.unwrap()).await
    };
    let allowed = preflight(&open, "https://oa.example.gov.cn").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(header(&allowed, "access-control-allow-origin"), "https://oa.example.gov.cn");
    assert!(header(&allowed, "access-control-allow-headers").contains("authorization"));
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    for (server, origin) in [
        (&open, "https://evil.example"),
        (&open, "https://oa.example.gov.cn.evil.example"),
        (&open, "null"),
        (&closed, "https://oa.example.gov.cn"),
    ] {
        let refused = preflight(server, origin).await;
        assert!(!refused.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
    let body = json!({ "query": "{ __typename }" }).to_string();
    let read = post(&open, body, &[JSON, ("origin", "https://oa.example.gov.cn")]).await;
    assert_eq!(header(&read, "access-control-allow-origin"), "https://oa.example.gov.cn");
    assert_eq!(header(&read, "access-control-expose-headers"), "x-request-id,retry-after");
    assert!(header(&read, "vary").to_ascii_lowercase().contains("origin"));
}

#[tokio::test]
async fn the_editor_works_in_a_browser_and_asks_no_other_host() {
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
        let found = std::process::Command::new("sh").args(["-c", &format!("command -v {name}")]).output().ok()?;
        found.status.success().then(|| String::from_utf8_lossy(&found.stdout).trim().to_string())
    });
    let Some(browser) = browser else {
        println!("skipped: there is no Chromium on this machine");
        return;
    };
    let server = Server::with(HttpSettings { explore: true, ..HttpSettings::default() }).await;
    if super::get(&server, "/graphiql").await.status == 404 {
        println!("skipped: this server was compiled without the GraphiQL page");
        return;
    }
    let world = World::on(server).await;
    let token = world.a.superior.token.clone().unwrap();
    let variables = [("ZUGONG_URL", world.server.url.as_str()), ("ZUGONG_TOKEN", &token), ("CHROMIUM", &browser)];
    let Some(output) = node::run("graphiql.mjs", &variables).await else { return };
    let told = String::from_utf8_lossy(&output.stderr);
    let seen: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!((&seen["errors"], &seen["outside"]), (&json!([]), &json!([])), "{told}");
    assert_eq!(seen["answered"], json!({ "data": { "__typename": "Query" } }));
}
