//! Everything around the API: health, figures, the schema, compression, headers, the editor.

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::json;
use zugong::http::app::HttpSettings;
use zugong_tests::{Reply, Server, World};

use super::{JSON, document, get, header, post};

const INTROSPECTION: &str = "{ __schema { types { name } queryType { name } } }";

#[tokio::test]
async fn health_and_readiness() {
    let server = Server::start().await;
    assert_eq!((get(&server, "/healthz").await.status, get(&server, "/healthz").await.text.as_str()), (200, "ok"));
    assert_eq!((get(&server, "/readyz").await.status, get(&server, "/readyz").await.text.as_str()), (200, "ready"));
}

#[tokio::test]
async fn figures_count_routes_and_never_what_a_client_made_up() {
    let world = World::start().await;
    world.a.superior.ok("{ units(first: 1) { nodes { id } } }", json!({})).await;
    get(&world.server, "/canary-path").await;
    get(&world.server, "/files/canary-ticket").await;
    let reply = get(&world.server, "/metrics").await;
    assert!(header(&reply, "content-type").starts_with("text/plain; version=0.0.4"));
    let answered = |l: &str| {
        l.starts_with("zugong_http_requests_total") && l.contains("\"/graphql\"") && l.contains("status=\"200\"")
    };
    assert!(reply.text.lines().any(answered), "{}", reply.text);
    assert!(reply.text.contains("zugong_http_request_seconds"));
    for word in ["canary", world.a.code.as_str(), "甲街道", &world.a.id.simple().to_string()] {
        assert!(!reply.text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_schema_is_published_as_it_is_checked_in() {
    let server = Server::start().await;
    let reply = get(&server, "/schema.graphql").await;
    assert_eq!(header(&reply, "content-type"), "application/graphql; charset=utf-8");
    assert!(reply.text.contains("type Query") && reply.text.contains("type Mutation"), "{}", &reply.text[..200]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("schema.graphql");
    if let Ok(written) = fs::read_to_string(path) {
        assert_eq!(written.trim(), reply.text.trim(), "run ./regenerate");
    }
}

#[tokio::test]
async fn the_editor_is_served_only_when_asked_for() {
    let closed = Server::start().await;
    let open = Server::with(HttpSettings { explore: true, ..HttpSettings::default() }).await;
    for path in ["/graphiql", "/graphiql/", "/graphiql/index.html"] {
        assert_eq!(get(&closed, path).await.status, 404, "{path}");
        let page = get(&open, path).await;
        // A build without the page says how to make it.
        assert!([200, 404, 503].contains(&page.status), "{path}: {}", page.status);
    }
    let page = get(&open, "/graphiql").await;
    assert!(header(&page, "content-type").starts_with("text/html"));
    let policy = header(&page, "content-security-policy");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for path in ["/graphiql/../Cargo.toml", "/graphiql/..%2f..%2fetc/passwd", "/graphiql/%2e%2e/x"] {
        assert_eq!(get(&open, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn strangers_read_the_schema_only_where_exploring_is_allowed() {
    let closed = World::start().await;
    for query in [
        INTROSPECTION,
        "{ a: __schema { types { name } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        "{ __type(name: \"Unit\") { name fields { name } } }",
        "{ units { nodes { id } } __type(name: \"Unit\") { name fields { name } } }",
        "query Q { ... on Query { ... { __schema { mutationType { fields { name } } } } } }",
    ] {
        let reply = document(&closed.server, query).await;
        assert!(!reply.text.contains("\"name\"") && !reply.text.contains("\"types\""), "{query}: {}", reply.text);
        assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{query}: {}", reply.text);
        let known = closed.a.junior.gql(query, json!({})).await;
        assert!(known.text.contains("\"name\""), "{query}: {}", known.text);
    }
    assert_eq!(document(&closed.server, "{ __typename }").await.code(), "none");
    assert_eq!(closed.a.applicant.gql(INTROSPECTION, json!({})).await.code(), "FORBIDDEN");
    let open = World::on(Server::with(HttpSettings { explore: true, ..HttpSettings::default() }).await).await;
    assert!(document(&open.server, INTROSPECTION).await.text.contains("\"Unit\""));
    assert!(open.a.applicant.gql(INTROSPECTION, json!({})).await.text.contains("\"Unit\""), "there to everybody");
}

#[tokio::test]
async fn large_answers_are_compressed_and_small_ones_are_not() {
    let world = World::start().await;
    let bearer = format!("Bearer {}", world.a.superior.token.as_ref().unwrap());
    let large = json!({ "query": "{ units { nodes { id code name sequence kind path validFrom } } }" }).to_string();
    let plain = post(&world.server, large.clone(), &[JSON, ("authorization", &bearer)]).await;
    assert!(plain.text.len() > 1024 && header(&plain, "content-encoding").is_empty());
    for (asked, used) in [("gzip", "gzip"), ("br", "br"), ("zstd", "zstd"), ("gzip;q=0.1, br", "br"), ("identity", "")]
    {
        let ask = |body: String| {
            let request = world.server.http.post(format!("{}/graphql", world.server.url)).body(body);
            request.header(JSON.0, JSON.1).header("authorization", &bearer).header("accept-encoding", asked).send()
        };
        let reply = ask(large.clone()).await.unwrap();
        let encoding = reply.headers().get("content-encoding").map_or("", |v| v.to_str().unwrap()).to_string();
        assert_eq!(encoding, used, "{asked}");
        let bytes = reply.bytes().await.unwrap();
        assert!(used.is_empty() || bytes.len() < plain.text.len(), "{asked}: {}", bytes.len());
        let small =
            ask(json!({ "query": "{ __typename units(first: 1) { nodes { id } } }" }).to_string()).await.unwrap();
        assert!(Reply::of(small).await.headers.get("content-encoding").is_none(), "{asked}");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_whoever_gives_it() {
    let settings =
        HttpSettings { explore: true, origins: vec!["https://oa.example.gov.cn".into()], ..HttpSettings::default() };
    let server = Server::with(settings).await;
    let mut asked: Vec<(Method, &str, u16)> = vec![
        (Method::GET, "/healthz", 200),
        (Method::GET, "/readyz", 200),
        (Method::GET, "/metrics", 200),
        (Method::GET, "/schema.graphql", 200),
        (Method::GET, "/.well-known/jwks.json", 200),
        (Method::GET, "/files/x", 404),
        (Method::PUT, "/files/x", 404),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/graphiql/nothing.js", 404),
        (Method::DELETE, "/healthz", 405),
        (Method::DELETE, "/graphql", 405),
        (Method::GET, "/graphql/stream", 405),
        (Method::GET, "/auth/login", 405),
        (Method::OPTIONS, "/graphql", 200),
    ];
    if get(&server, "/graphiql").await.status == 200 {
        asked.push((Method::GET, "/graphiql/index.html", 200));
    }
    for (method, path, status) in asked {
        let name = format!("{method} {path}");
        let request = async |id: Option<&str>| {
            // With these a browser asks whether another site's page may send what it wants to.
            let request = server.http.request(method.clone(), format!("{}{path}", server.url));
            let request =
                request.header("origin", "https://oa.example.gov.cn").header("access-control-request-method", "POST");
            let request = id.into_iter().fold(request, |request, id| request.header("x-request-id", id));
            Reply::of(request.send().await.unwrap()).await
        };
        let reply = request(Some("my-own-id")).await;
        assert_eq!((reply.status, header(&reply, "x-request-id")), (status, "my-own-id"), "{name}");
        assert_eq!(header(&request(None).await, "x-request-id").len(), 32, "{name}");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_browsers_in_bounds() {
    let server = Server::with(HttpSettings { explore: true, ..HttpSettings::default() }).await;
    let mut replies: Vec<(String, Reply)> = vec![];
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/schema.graphql",
        "/graphiql",
        "/graphql",
        "/files/x",
        "/nothing",
        "/.well-known/jwks.json",
        "/auth/login",
    ] {
        replies.push((path.into(), get(&server, path).await));
    }
    replies.push(("POST".into(), document(&server, "{ __typename }").await));
    replies.push(("415".into(), post(&server, "x", &[]).await));
    for (name, reply) in replies {
        assert_eq!(header(&reply, "x-content-type-options"), "nosniff", "{name}");
        assert_eq!(header(&reply, "referrer-policy"), "no-referrer", "{name}");
        assert_eq!(header(&reply, "x-frame-options"), "DENY", "{name}");
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{name}");
    }
}
