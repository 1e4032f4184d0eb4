//! What operators see: figures, dashboards, traces.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};

use host::Hook;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value, trace::v1::Span,
};
use prost::Message;
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Mutex,
};
use zugong::http::app::{Access, HttpSettings};
use zugong_tests::{Reply, Server, World, socket::Socket};

use super::get;
use crate::plugins::{
    approve,
    code::{TRAPS, form, guest, install, with_code},
    file,
};

#[tokio::test]
async fn every_figure_of_the_dashboard_is_published() {
    let settings = HttpSettings { explore: true, ..HttpSettings::default() };
    let world = World::on(Server::with(settings).await).await;
    // Something of everything that is counted.
    world.a.superior.ok("{ units(first: 1) { nodes { id } } }", json!({})).await;
    world.a.superior.gql("{", json!({})).await;
    let _socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    let mut replaced = Socket::greeted(&world.server.url, None).await;
    replaced.say_text("rubbish").await;
    replaced.hear().await;
    let mut many = vec![];
    for _ in 0..6 {
        let mut socket = Socket::open(&world.server.url, "graphql-transport-ws").await;
        let token = format!("Bearer {}", world.a.junior.token.as_ref().unwrap());
        socket.say(json!({ "type": "connection_init", "payload": { "authorization": token } })).await;
        socket.hear().await;
        many.push(socket);
    }
    let traps = guest(Hook::Validate, TRAPS);
    install(&world.a, &with_code("\"validate\"", &traps), &traps).await;
    let approval = approve(&world.a, "bwly.apply", "applicant", "1").await;
    file(&world.a, &approval, form("短")).await;
    let figures = get(&world.server, "/metrics").await.text;
    let published: BTreeSet<&str> =
        figures.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split(['{', ' ']).next()).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/grafana/zugong.json");
    let dashboard: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut named = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let words = target["expr"].as_str().unwrap().split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            named.extend(words.filter(|word| word.starts_with("zugong_")).map(str::to_owned));
        }
    }
    assert!(named.len() >= 10, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|name| !published.contains(name.as_str())).collect();
    // These are published once they have happened.
    let rare = ["zugong_panics_total", "zugong_connections_refused_total"];
    assert!(missing.iter().all(|name| rare.contains(&name.as_str())), "{missing:?} of {published:?}");
    assert!(figures.contains("zugong_operation_seconds_bucket{operation=\"query\""), "{figures}");
}

#[tokio::test]
async fn figures_and_the_schema_are_shown_to_whom_the_operator_says() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = HttpSettings { metrics_listen: Some(free), schema_access: Access::Members, ..Default::default() };
    let world = World::on(Server::with(settings).await).await;
    assert_eq!(get(&world.server, "/metrics").await.status, 404);
    let apart = Reply::of(world.server.http.get(format!("http://{free}/metrics")).send().await.unwrap()).await;
    assert_eq!(apart.status, 200);
    assert!(apart.text.contains("zugong_db_connections"));
    let graphql = Reply::of(world.server.http.get(format!("http://{free}/graphql")).send().await.unwrap()).await;
    assert_eq!(graphql.status, 404, "nothing else is served there");
    let refused = get(&world.server, "/schema.graphql").await;
    assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (401, Some("UNAUTHENTICATED")));
    let request = world.server.http.get(format!("{}/schema.graphql", world.server.url));
    let member = request.bearer_auth(world.a.junior.token.as_ref().unwrap()).send().await.unwrap();
    assert_eq!(Reply::of(member).await.status, 200);

    let settings =
        HttpSettings { metrics_access: Access::Nobody, schema_access: Access::Nobody, ..HttpSettings::default() };
    let closed = Server::with(settings).await;
    for path in ["/metrics", "/schema.graphql"] {
        assert_eq!(get(&closed, path).await.status, 404, "{path}");
    }
}

/// A collector that keeps what it is sent.
async fn collector() -> (String, Arc<Mutex<Vec<Span>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let spans: Arc<Mutex<Vec<Span>>> = Arc::default();
    let kept = spans.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let kept = kept.clone();
            tokio::spawn(async move {
                let mut bytes = vec![];
                loop {
                    let mut piece = [0; 16 * 1024];
                    let n = stream.read(&mut piece).await.unwrap_or(0);
                    if n == 0 {
                        return;
                    }
                    bytes.extend_from_slice(&piece[..n]);
                    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|i| i + 4) else { continue };
                    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                    assert!(head.starts_with("post /v1/traces") && head.contains("application/x-protobuf"), "{head}");
                    let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")?.trim().parse().ok());
                    let length: usize = length.unwrap();
                    if bytes.len() < end + length {
                        continue;
                    }
                    let sent = ExportTraceServiceRequest::decode(&bytes[end..end + length]).unwrap();
                    let all = sent.resource_spans.into_iter().flat_map(|r| r.scope_spans).flat_map(|s| s.spans);
                    kept.lock().await.extend(all);
                    bytes.drain(..end + length);
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
                }
            });
        }
    });
    (url, spans)
}

fn attribute(span: &Span, key: &str) -> Json {
    let value = span.attributes.iter().find(|a| a.key == key).and_then(|a| a.value.clone()?.value);
    match value {
        Some(Value::StringValue(text)) => json!(text),
        Some(Value::IntValue(n)) => json!(n),
        Some(Value::ArrayValue(list)) => list
            .values
            .into_iter()
            .map(|v| match v.value {
                Some(Value::StringValue(text)) => json!(text),
                other => json!(format!("{other:?}")),
            })
            .collect(),
        _ => Json::Null,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_a_span_for_each_request_and_its_statements_within_the_clients_trace() {
    let (url, spans) = collector().await;
    let telemetry = zugong::telemetry::start(Some(&url)).unwrap().expect("an address was given");
    let world = World::start().await;
    let trace = format!("{:032x}", rand::random::<u128>() | 1);
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let query = "query Two($code: String) { a: units(first: 1, where: {code: {ne: $code}}) { nodes { id } } version }";
    let body = json!({ "query": query, "variables": { "code": "canary-of-a-value" } });
    let reply = world.a.superior.send(body, &[("traceparent", &parent), ("x-request-id", "traced")]).await;
    assert_eq!(reply.code(), "none", "{}", reply.text);
    let mine = async {
        loop {
            tokio::task::block_in_place(|| telemetry.flush());
            let all = spans.lock().await;
            let mine: Vec<Span> = all.iter().filter(|s| hex::encode(&s.trace_id) == trace).cloned().collect();
            if mine.len() >= 2 {
                return mine;
            }
            drop(all);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let mine = tokio::time::timeout(Duration::from_secs(20), mine).await.expect("the spans arrive");
    let request = mine.iter().find(|s| s.name == "POST /graphql").expect("the request's span");
    assert_eq!(hex::encode(&request.parent_span_id), "00f067aa0ba902b7");
    for (key, value) in [
        ("graphql.operation.name", json!("Two")),
        ("graphql.operation.type", json!("query")),
        ("zugong.root_fields", json!(["units", "version"])),
        ("zugong.tenant", json!(world.a.code)),
        ("zugong.request.id", json!("traced")),
        ("http.response.status_code", json!(200)),
    ] {
        assert_eq!(attribute(request, key), value, "{key}");
    }
    let statement = mine.iter().find(|s| s.name == "statement").expect("a statement");
    assert_eq!(statement.parent_span_id, request.span_id);
    assert!(statement.end_time_unix_nano > statement.start_time_unix_nano);
    let text = format!("{mine:?}");
    assert!(!text.contains("canary") && !text.contains(world.a.superior.token.as_ref().unwrap()), "no values travel");
}

#[tokio::test]
async fn an_address_of_a_collector_that_cannot_be_is_refused() {
    for wrong in ["collector:4318", "ftp://x", "https//x"] {
        assert!(zugong::telemetry::start(Some(wrong)).is_err_and(|e| e.contains("otlp_endpoint")), "{wrong}");
    }
    assert!(zugong::telemetry::start(Some(" ")).unwrap().is_none());
}
