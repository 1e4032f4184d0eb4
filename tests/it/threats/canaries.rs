//! Secrets put into every input that there is, and looked for in everything that the program tells its operators.

use std::sync::{Arc, Mutex};

use entities::values::RoleName;
use futures::future::join_all;
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use uuid::Uuid;
use zugong_tests::{
    Actor, Reply,
    plant::Site,
    socket::{Heard, Socket},
};

use crate::{
    front::JSON,
    probe::{Filler, Model, Things},
    sockets::subscribe,
};

/// Types of which a client writes the values as text, whether they are right or not.
const WRITTEN: [&str; 9] = ["String", "ID", "JSON", "Date", "DateTime", "Decimal", "Long", "PartialDate", "YearMonth"];
/// What stands behind a line break that a client has sent.
const FORGED: &str = "forged-by-a-client";

/// What every secret begins with.
const SECRET: &str = "geheim";

/// One that no other input has.
fn secret() -> String {
    format!("{SECRET}{}", Uuid::new_v4().simple())
}

/// A collector of traces that keeps every byte.
async fn collector() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let kept: Arc<Mutex<Vec<u8>>> = Arc::default();
    let all = kept.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let all = all.clone();
            tokio::spawn(async move {
                let (mut bytes, mut piece) = (vec![], vec![0; 16 * 1024]);
                loop {
                    let n = stream.read(&mut piece).await.unwrap_or(0);
                    if n == 0 {
                        return;
                    }
                    bytes.extend_from_slice(&piece[..n]);
                    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|i| i + 4) else { continue };
                    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                    let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")?.trim().parse().ok());
                    let whole = end + length.unwrap_or(0_usize);
                    if bytes.len() >= whole {
                        all.lock().unwrap().extend(bytes.drain(..whole));
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
                    }
                }
            });
        }
    });
    (url, kept)
}

/// A document for each place in the schema's arguments where text can be written, with a secret there.
async fn documents(actor: &Actor, site: &Site) -> Vec<(String, Json)> {
    let model = Model::read(actor).await;
    let things = Things::of(&model, &site.tenant.moved_to(&actor.url)).await;
    let filler = Filler { model: &model, things: &things, mark: "canaries".into() };
    let mut out = vec![];
    for root in model.roots() {
        let query = model.document(&root, 0);
        for path in model.values(&root, &WRITTEN) {
            let one = secret();
            // A client's line in the log would begin after a line break.
            let value = if out.len() % 2 == 0 { json!(one) } else { json!(format!("{one}\n{FORGED}")) };
            out.push((query.clone(), filler.variables(&root, Some((&path, &value)))));
        }
    }
    out
}

/// The doors beside the schema: log-in, renewal, files, headers, addresses, broken bodies, sockets.
async fn doors(actor: &Actor) {
    let url = &actor.url;
    let mut bodies = vec![];
    for (path, fields) in [
        ("login", vec!["login", "password", "tenant", "client"]),
        ("refresh", vec!["refreshToken"]),
        ("logout", vec!["refreshToken"]),
        ("switch", vec!["tenant"]),
        ("token", vec!["serviceKey"]),
        ("password", vec!["currentPassword", "newPassword"]),
        ("wechat", vec!["appId", "code", "login", "password", "client"]),
    ] {
        for field in &fields {
            let mut body: serde_json::Map<String, Json> =
                fields.iter().map(|name| (name.to_string(), json!("something"))).collect();
            body.insert(field.to_string(), json!(format!("{}\n{FORGED}", secret())));
            bodies.push((path, Json::Object(body)));
        }
    }
    for (path, body) in bodies {
        let mut request = actor.http.post(format!("{url}/auth/{path}")).json(&body);
        // To log out with it would end what follows.
        if path != "logout" {
            request = request.bearer_auth(actor.token.as_ref().unwrap());
        }
        Reply::of(request.send().await.unwrap()).await;
    }
    for header in [
        "authorization",
        "cookie",
        "idempotency-key",
        "accept",
        "accept-language",
        "user-agent",
        "referer",
        "origin",
        "x-forwarded-for",
        "x-real-ip",
        "last-event-id",
        "x-graphql-csrf",
        "traceparent",
        "x-request-id",
    ] {
        // Blanks make an id of a request one that is not repeated.
        let value = format!("Bearer {}", secret());
        let body = json!({ "query": "{ version }" }).to_string();
        let request = actor.http.post(format!("{url}/graphql")).header(JSON.0, JSON.1).header(header, value);
        Reply::of(request.body(body).send().await.unwrap()).await;
    }
    for text in [
        format!("{{ version(a: \"{}\")", secret()),
        format!("{{ version @skip(if: \"{}\") }}", secret()),
        format!("{{ {} }}", secret()),
        format!("{{ version }} # {}", secret()),
    ] {
        actor.gql(&text, json!({})).await;
        let broken = format!("{{\"query\":\"{text}");
        let request = actor.http.post(format!("{url}/graphql")).header(JSON.0, JSON.1).body(broken);
        Reply::of(request.send().await.unwrap()).await;
    }
    for path in [
        format!("{}%0A{FORGED}", secret()),
        format!("files/{}", secret()),
        format!("graphql?query={}", secret()),
        format!("healthz?{}", secret()),
    ] {
        Reply::of(actor.http.get(format!("{url}/{path}")).send().await.unwrap()).await;
        Reply::of(actor.http.put(format!("{url}/{path}")).body(secret()).send().await.unwrap()).await;
    }
    let mut socket = Socket::open(url, "graphql-transport-ws").await;
    socket.say(json!({ "type": "connection_init", "payload": { "authorization": secret() } })).await;
    assert!(matches!(socket.hear().await, Heard::Closed(_)));
    let mut socket = Socket::greeted(url, actor.token.as_deref()).await;
    let progress = "subscription($case: ID!) { caseProgress(case: $case) { id } }";
    socket.say(subscribe(&secret(), progress, json!({ "case": secret() }))).await;
    socket.hear().await;
    socket.say_text(&format!("{{\"type\":\"{}\"}}", secret())).await;
    socket.hear().await;
}

/// Threat 32: a secret in any input of the schema, of the other doors and in headers stands in no line of the log, as
/// people read it or as programs do, in no span and in no figure; and nobody but the program begins a line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_input_is_repeated_to_operators() {
    let (otlp, traced) = collector().await;
    let mut site = Site::prepare().await;
    for form in ["human", "json"] {
        let more = [
            ("ZUGONG_LOG", form),
            ("RUST_LOG", "debug,zugong=trace"),
            ("ZUGONG_COST_REQUEST", "1000000000000"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.as_str()),
        ];
        site.serve(&more);
    }
    site.ready().await;
    let actors = [site.at(&site.tenant.superior, 0), site.at(&site.tenant.superior, 1)];
    let asks = documents(&actors[0], &site).await;
    assert!(asks.len() > 300, "{} inputs are not all", asks.len());
    let mut answered = 0;
    for some in asks.chunks(8) {
        let sent = some.iter().enumerate().map(|(n, (query, variables))| actors[n % 2].gql(query, variables.clone()));
        answered += join_all(sent).await.iter().filter(|reply| reply.body["data"].is_object()).count();
    }
    assert!(answered > 50, "hardly any of {} was carried out: {answered}", asks.len());
    // Somebody whom none of them has kept out.
    let late = site.tenant.newcomer(&site.server, "late", &[(RoleName::Super, "root")]).await;
    for process in 0..2 {
        doors(&site.at(&late, process)).await;
    }
    let mut told = vec![];
    for (process, name) in ["a log for people", "a log for programs"].into_iter().enumerate() {
        let figures = site.http.get(format!("{}/metrics", site.programs[process].url)).send().await.unwrap();
        told.push(("figures", Reply::of(figures).await.text));
        // The last spans are sent before it ends.
        site.programs[process].stop().await;
        told.push((name, site.programs[process].log()));
    }
    told.push(("traces", String::from_utf8_lossy(&traced.lock().unwrap()).into_owned()));
    site.end().await;
    let expected = ["zugong_http_requests_total", "serving", "zugong_http_requests_total", "serving", "POST /graphql"];
    for ((name, text), expected) in told.iter().zip(expected) {
        assert!(text.contains(expected), "{name}: {}", text.chars().take(500).collect::<String>());
        let line = |what: &str| text.lines().find(|line| line.contains(what)).unwrap_or_default().to_string();
        assert!(!text.contains(SECRET), "{name} tell a secret: {}", line(SECRET));
        let begun = text.lines().find(|line| line.trim_start().starts_with(FORGED));
        assert!(begun.is_none(), "a client has written a line into {name}");
    }
    for line in told[3].1.lines().filter(|line| !line.trim().is_empty()) {
        assert!(serde_json::from_str::<Json>(line).is_ok(), "no JSON: {line}");
    }
}
