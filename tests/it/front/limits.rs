//! Every published limit, on both sides.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zugong::http::app::HttpSettings;
use zugong_tests::{Actor, Server, World, wire::Wire};

use super::{JSON, header, post};

/// What is sent, with variables, and the code with which it is refused.
struct Limit {
    name: &'static str,
    within: (String, Json),
    beyond: (String, Json),
    code: &'static str,
}

fn below_units(inner: &str) -> String {
    format!("{{ units(first: 1) {{ nodes {{ {inner} }} }} }}")
}

fn repeat(n: usize, make: impl Fn(usize) -> String) -> String {
    (0..n).map(make).collect::<Vec<_>>().join(" ")
}

fn padded(bytes: usize) -> String {
    format!("{{ __typename }}{}", "#".repeat(bytes - 14))
}

/// 13 tokens around `count - 13`.
fn tokens(count: usize) -> String {
    let inner = count - 13;
    below_units(&format!("{} {}", repeat(inner / 4, |_| "...{id}".into()), repeat(inner % 4, |_| "id".into())))
}

fn nested(levels: usize, condition: &str) -> String {
    let (open, close) = ("{and:[".repeat(levels), "]}".repeat(levels));
    format!("{{ units(first: 1, where: {open}{condition}{close}) {{ nodes {{ id }} }} }}")
}

/// A field within so many brackets, of which three are around it anyway and one is its directive's.
fn inline(brackets: usize) -> String {
    let around = brackets - 4;
    below_units(&format!("{} __typename @skip(if: false) {}", "... {".repeat(around), "}".repeat(around)))
}

/// A field that a module answers, within so many selections, all of them fragments.
fn spread(selections: usize) -> String {
    let last = selections - 2;
    let between = repeat(last - 1, |i| format!("fragment F{i} on Query {{ ...F{} }}", i + 1));
    let end = last - 1;
    format!("{{ ...F0 }} {between} fragment F{end} on Query {{ viewer {{ __typename @skip(if: false) }} }}")
}

fn parents(count: usize) -> String {
    below_units(&format!("{} {{ id }} {}", vec!["parent"; count].join(" { "), "}".repeat(count - 1)))
}

fn variables(count: usize) -> (String, Json) {
    let (declared, used) = (repeat(count, |i| format!("$v{i}: String!")), repeat(count, |i| format!("$v{i}")));
    let values: serde_json::Map<String, Json> = (0..count).map(|i| (format!("v{i}"), json!("x"))).collect();
    (
        format!("query({declared}) {{ units(where: {{code: {{in: [{used}]}}}}) {{ nodes {{ id }} }} }}"),
        Json::Object(values),
    )
}

fn coded(texts: usize, length: usize) -> Json {
    json!({ "where": { "code": { "in": vec!["x".repeat(length); texts] } } })
}

fn limits() -> Vec<Limit> {
    let plain = |name, code, make: &dyn Fn(usize) -> String, most: usize| Limit {
        name,
        within: (make(most), json!({})),
        beyond: (make(most + 1), json!({})),
        code,
    };
    let (large, cost, input) = ("QUERY_TOO_LARGE", "COST_LIMIT_EXCEEDED", "BAD_USER_INPUT");
    let filtered = "query($where: UnitWhere) { units(first: 1, where: $where) { nodes { id } } }".to_string();
    // The word itself, and a field and an operator for each.
    let conditions = |n: usize| json!({ "where": { "or": vec![json!({ "code": { "eq": "x" } }); (n - 1) / 2] } });
    let ids = |n: usize| json!({ "ids": vec!["uni_x"; n] });
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }".to_string();
    vec![
        plain("bytes", large, &padded, 65_536),
        plain("tokens", large, &tokens, 4_000),
        Limit {
            name: "nesting",
            within: (nested(22, "{code:{isNull:false}}"), json!({})),
            beyond: (nested(22, "{code:{in:[\"x\"]}}"), json!({})),
            code: large,
        },
        plain("nesting of selections", large, &inline, 48),
        plain("nesting through fragments", cost, &spread, 48),
        plain("depth", cost, &|n| parents(n - 3), 15),
        plain("aliases", cost, &|n| below_units(&repeat(n, |i| format!("a{i}: id"))), 30),
        plain("root fields", cost, &|n| format!("{{ {} }}", repeat(n, |_| "__typename".into())), 20),
        plain(
            "root fields of a mutation",
            cost,
            &|n| format!("mutation {{ {} }}", repeat(n, |_| "__typename".into())),
            5,
        ),
        plain("selections", cost, &|n| below_units(&repeat(n - 2, |_| "id".into())), 2_000),
        plain("directives", cost, &|n| below_units(&repeat(n, |_| "id @skip(if: false)".into())), 50),
        Limit { name: "variables", within: variables(100), beyond: variables(101), code: cost },
        plain("first", input, &|n| format!("{{ units(first: {n}) {{ nodes {{ id }} }} }}"), 100),
        Limit { name: "ids", within: (nodes.clone(), ids(100)), beyond: (nodes, ids(101)), code: input },
        Limit {
            name: "values of a condition",
            within: (filtered.clone(), coded(1000, 1)),
            beyond: (filtered.clone(), coded(1001, 1)),
            code: input,
        },
        Limit {
            name: "length of a value",
            within: (filtered.clone(), coded(1, 1000)),
            beyond: (filtered.clone(), coded(1, 1001)),
            code: input,
        },
        Limit {
            name: "conditions",
            within: (filtered.clone(), conditions(99)),
            beyond: (filtered, conditions(101)),
            code: cost,
        },
    ]
}

async fn told(actor: &Actor, (query, variables): (String, Json)) -> (String, String) {
    let reply = actor.gql(&query, variables).await;
    (reply.code().to_string(), reply.text.chars().take(400).collect())
}

#[tokio::test]
async fn every_limit_has_two_sides_and_a_code() {
    let world = World::start().await;
    let mut wrong = vec![];
    for limit in limits() {
        let (within, text) = told(&world.a.superior, limit.within).await;
        if within != "none" {
            wrong.push(format!("{} within: {text}", limit.name));
        }
        let (beyond, text) = told(&world.a.superior, limit.beyond).await;
        if beyond != limit.code {
            wrong.push(format!("{} beyond: {beyond} {text}", limit.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_document_has_ten_operations() {
    let world = World::start().await;
    for (count, code) in [(10, "none"), (11, "COST_LIMIT_EXCEEDED")] {
        let query = repeat(count, |i| format!("query Q{i} {{ __typename }}"));
        let reply = world.a.superior.send(json!({ "query": query, "operationName": "Q9" }), &[]).await;
        assert_eq!(reply.code(), code, "{}", reply.text);
    }
}

#[tokio::test]
async fn a_refused_limit_names_itself_and_the_figure_in_both_languages() {
    let world = World::start().await;
    for (language, word) in [("zh-CN", "查询深度"), ("en", "Depth")] {
        let reply = world.a.superior.send(json!({ "query": parents(17) }), &[("accept-language", language)]).await;
        let message = reply.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(word) && message.contains("20") && message.contains("15"), "{message}");
    }
}

/// Sends a body without saying its length first, and returns the beginning of the answer.
async fn in_pieces(server: &Server, body: &str) -> String {
    let mut stream = Wire::to(&server.url).await;
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for piece in body.as_bytes().chunks(10_000) {
        let piece = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
        // The server may have answered before the end.
        if stream.write_all(&piece).await.is_err() {
            break;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n").await;
    let mut start = [0; 13];
    stream.read_exact(&mut start).await.unwrap();
    String::from_utf8_lossy(&start).into_owned()
}

#[tokio::test]
async fn a_body_has_256_kib() {
    let world = World::start().await;
    let start = json!({ "query": "{ __typename }" }).to_string();
    let most = 256 * 1024;
    for (bytes, status, code) in
        [(most, 200, "none"), (most + 1, 413, "QUERY_TOO_LARGE"), (300 * 1024, 413, "QUERY_TOO_LARGE")]
    {
        let body = format!("{start}{}", " ".repeat(bytes - start.len()));
        let reply = post(&world.server, body.clone(), &[JSON]).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{bytes}");
        assert_eq!(in_pieces(&world.server, &body).await, format!("HTTP/1.1 {status} "), "{bytes} in pieces");
    }
}

#[tokio::test]
async fn the_time_of_a_request_begins_when_its_body_is_there() {
    let settings = HttpSettings { deadline: Duration::from_secs(2), ..HttpSettings::default() };
    let server = Server::with(settings).await;
    let body = json!({ "query": "{ __typename }" }).to_string();
    for path in ["/graphql", "/graphql/stream"] {
        let mut stream = Wire::to(&server.url).await;
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for piece in body.as_bytes().chunks(length.div_ceil(4)) {
            tokio::time::sleep(Duration::from_millis(800)).await;
            stream.write_all(piece).await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let answered = answer.starts_with("HTTP/1.1 200") && answer.contains(r#"{"data":{"__typename":"Query"}}"#);
        assert!(answered, "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_name_of_the_clients_choice_is_short() {
    let world = World::start().await;
    // A response key comes back once for every row: 60 KB here would be 6 MB of answer for each hundred rows.
    for (length, code) in [(63, "none"), (64, "QUERY_TOO_LARGE"), (60_000, "QUERY_TOO_LARGE")] {
        let reply = world.a.superior.gql(&below_units(&format!("{}: id", "a".repeat(length))), json!({})).await;
        assert_eq!(reply.code(), code, "{length}: {}", reply.text.chars().take(300).collect::<String>());
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_if_it_is_short_and_plain() {
    let world = World::start().await;
    let body = json!({ "query": "{ nonsense }" }).to_string();
    for id in ["a", "req-1_2.3", &"x".repeat(64)] {
        let reply = post(&world.server, body.clone(), &[JSON, ("x-request-id", id)]).await;
        assert_eq!(
            (header(&reply, "x-request-id"), &reply.body["errors"][0]["extensions"]["requestId"]),
            (id, &json!(id))
        );
    }
    let mut made = std::collections::HashSet::new();
    for id in ["", "a b", "a/b", "<script>", &"x".repeat(65)] {
        let reply = post(&world.server, body.clone(), &[JSON, ("x-request-id", id)]).await;
        let echoed = header(&reply, "x-request-id");
        assert!(echoed != id && echoed.len() == 32, "{id}: {echoed}");
        assert!(made.insert(echoed.to_string()), "each is new");
    }
}
