//! `graphql-transport-ws` word by word: who may speak, in which order, and when it ends.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zugong::http::app::HttpSettings;
use zugong_tests::{
    Reply, Server, World,
    socket::{Heard, Socket},
    wire::Wire,
};

const PROTOCOL: &str = "graphql-transport-ws";
const UNITS: &str = "{ units(first: 1) { nodes { name } } }";

pub fn subscribe(id: &str, query: &str, variables: Json) -> Json {
    json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": variables } })
}

pub fn word(heard: Heard) -> Json {
    match heard {
        Heard::Word(word) => word,
        Heard::Closed(frame) => panic!("closed with {frame:?}"),
    }
}

/// The code with which the server closes, whatever it says before.
pub async fn closed(socket: &mut Socket) -> u16 {
    loop {
        if let Heard::Closed(frame) = socket.hear().await {
            return frame.map_or(0, |frame| frame.code.into());
        }
    }
}

/// Shakes hands without a client's own checks: the status line, and the close code if one follows.
async fn shake(server: &Server, headers: &[(&str, &str)]) -> (u16, Option<u16>) {
    let mut stream = Wire::to(&server.url).await;
    let host = server.url.trim_start_matches("http://");
    let mut head = format!(
        "GET /graphql/ws HTTP/1.1\r\nhost: {host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    );
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut seen = vec![];
    let read = async {
        let mut piece = [0; 1024];
        loop {
            let n = stream.read(&mut piece).await.unwrap_or(0);
            seen.extend_from_slice(&piece[..n]);
            let end = seen.windows(4).position(|w| w == b"\r\n\r\n").map(|i| i + 4);
            // A close frame of the server: 0x88, length, two bytes of code.
            if n == 0 || end.is_some_and(|end| seen.len() >= end + 4) {
                return end.unwrap_or(0);
            }
        }
    };
    let end = tokio::time::timeout(Duration::from_millis(1500), read).await.unwrap_or(seen.len());
    let status = String::from_utf8_lossy(&seen[9..12]).parse().unwrap();
    let frame = seen.get(end..end + 4).filter(|frame| frame[0] == 0x88);
    (status, frame.map(|frame| u16::from_be_bytes([frame[2], frame[3]])))
}

#[tokio::test]
async fn only_the_agreed_protocol_is_spoken() {
    let server = Server::start().await;
    for headers in
        [vec![], vec![("sec-websocket-protocol", "graphql-ws")], vec![("sec-websocket-protocol", "mqtt, graphql-ws")]]
    {
        assert_eq!(shake(&server, &headers).await, (101, Some(4406)), "{headers:?}");
    }
    assert_eq!(shake(&server, &[("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")]).await, (101, None));
    let plain = Reply::of(server.http.get(format!("{}/graphql/ws", server.url)).send().await.unwrap()).await;
    assert!((400..500).contains(&plain.status), "{}", plain.status);
}

#[tokio::test]
async fn another_sites_page_cannot_open_a_socket() {
    let settings = HttpSettings { origins: vec!["https://oa.example.gov.cn".into()], ..HttpSettings::default() };
    let server = Server::with(settings).await;
    let own = server.url.clone();
    for (origin, status) in [
        (own.as_str(), 101),
        ("https://oa.example.gov.cn", 101),
        ("https://evil.example", 403),
        ("http://oa.example.gov.cn", 403),
        ("https://oa.example.gov.cn.evil.example", 403),
        ("https://oa.example.gov.cn@evil.example", 403),
        ("null", 403),
        ("", 403),
    ] {
        let headers = [("sec-websocket-protocol", PROTOCOL), ("origin", origin)];
        assert_eq!(shake(&server, &headers).await.0, status, "{origin}");
    }
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server.url, PROTOCOL).await;
    let start = Instant::now();
    assert_eq!(closed(&mut socket).await, 4408);
    let took = start.elapsed();
    assert!((Duration::from_secs(8)..Duration::from_secs(14)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn words_out_of_order_end_the_conversation() {
    let world = World::start().await;
    let url = &world.server.url;
    let token = world.a.superior.token.as_deref();
    let mut socket = Socket::open(url, PROTOCOL).await;
    socket.say(subscribe("1", UNITS, json!({}))).await;
    assert_eq!(closed(&mut socket).await, 4401, "subscribe before init");

    let mut socket = Socket::greeted(url, token).await;
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(closed(&mut socket).await, 4429, "second init");

    for rubbish in [
        "",
        "{",
        "null",
        "[]",
        "\"ping\"",
        "{}",
        "{\"type\":\"start\",\"id\":\"1\"}",
        "{\"type\":\"subscribe\"}",
        "{\"type\":\"subscribe\",\"id\":\"1\"}",
        "{\"type\":\"subscribe\",\"payload\":{\"query\":\"{ __typename }\"}}",
        "{\"type\":\"subscribe\",\"id\":1,\"payload\":{\"query\":\"{ __typename }\"}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":1}}",
        "{\"type\":\"complete\"}",
        "{\"type\":\"connection_ack\"}",
    ] {
        let mut socket = Socket::greeted(url, token).await;
        socket.say_text(rubbish).await;
        assert_eq!(closed(&mut socket).await, 4400, "{rubbish}");
    }
}

#[tokio::test]
async fn a_bad_token_ends_the_conversation_and_none_is_a_stranger() {
    let world = World::start().await;
    let revoked = world.a.junior.token.clone().unwrap();
    let body = reqwest::Client::new().post(format!("{}/auth/logout", world.server.url)).bearer_auth(&revoked);
    assert_eq!(Reply::of(body.send().await.unwrap()).await.status, 200);
    for value in
        ["Bearer rubbish", "rubbish", "", "Bearer ", "Basic eDp5", "Bearer zgk_rubbish", &format!("Bearer {revoked}")]
    {
        let mut socket = Socket::open(&world.server.url, PROTOCOL).await;
        socket.say(json!({ "type": "connection_init", "payload": { "Authorization": value } })).await;
        assert_eq!(closed(&mut socket).await, 4403, "{value}");
    }
    let mut socket = Socket::open(&world.server.url, PROTOCOL).await;
    socket.say(json!({ "type": "connection_init", "payload": { "authorization": 1 } })).await;
    assert_eq!(closed(&mut socket).await, 4403, "a token that is no text");
    let mut stranger = Socket::greeted(&world.server.url, None).await;
    stranger.say(subscribe("1", UNITS, json!({}))).await;
    let next = word(stranger.hear().await);
    assert_eq!(next["payload"]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{next}");
    stranger.say(subscribe("2", "{ __schema { types { name } } }", json!({}))).await;
    assert!(!word(stranger.hear().await).to_string().contains("Unit"));
}

#[tokio::test]
async fn queries_mutations_and_errors_travel_over_the_socket() {
    let world = World::start().await;
    let mut socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    socket.say(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(word(socket.hear().await), json!({ "type": "pong", "payload": { "n": 1 } }));
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(word(socket.hear().await), json!({ "type": "pong" }));
    socket.say(json!({ "type": "pong", "payload": { "any": true } })).await;
    socket.say(subscribe("a", "{ units(first: 1, orderBy: [{field: PATH}]) { nodes { name } } }", json!({}))).await;
    let data = json!({ "data": { "units": { "nodes": [{ "name": "区A" }] } } });
    assert_eq!(word(socket.hear().await), json!({ "id": "a", "type": "next", "payload": data }));
    assert_eq!(word(socket.hear().await), json!({ "id": "a", "type": "complete" }));
    // An id may be used again when its operation has ended.
    let rename =
        "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { version } userErrors { code } } }";
    let input = json!({ "input": { "id": world.a.id("town"), "expectedVersion": 1, "name": "改名" } });
    socket.say(subscribe("a", rename, input)).await;
    let done = json!({ "data": { "unitUpdate": { "unit": { "version": 2 }, "userErrors": [] } } });
    assert_eq!(word(socket.hear().await)["payload"], done);
    assert_eq!(word(socket.hear().await)["type"], "complete");
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        (&"[".repeat(60_000), "QUERY_TOO_LARGE"),
        ("{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        socket.say(subscribe("b", query, json!({}))).await;
        let error = word(socket.hear().await);
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("b")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        assert!(error.to_string().len() < 4096);
    }
    socket.say(json!({ "type": "complete", "id": "never-begun" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(word(socket.hear().await)["type"], "pong");
}

#[tokio::test]
async fn what_is_refused_before_it_begins_is_answered_by_an_error_and_nothing_else() {
    let world = World::start().await;
    let mut socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    let dear = "{ units(first: 100) { nodes { cadres(first: 100) { nodes { appointments(first: 100) { nodes { id } } } } } } }";
    let paged = "query($n: Int) { units(first: $n) { nodes { id } } }";
    for (payload, code) in [
        (json!({ "query": "{" }), "GRAPHQL_PARSE_FAILED"),
        (json!({ "query": "{ salaries { id } }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "{ version salaries { id } }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "mutation { unitCreate { unit { id } } }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "subscription { salaries { id } }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": paged, "variables": { "n": "x" } }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "query A { version } query B { version }" }), "BAD_USER_INPUT"),
        (json!({ "query": "{ version }", "operationName": "None" }), "BAD_USER_INPUT"),
        (json!({ "query": dear }), "COST_LIMIT_EXCEEDED"),
        (json!({}), "BAD_USER_INPUT"),
    ] {
        socket.say(json!({ "type": "subscribe", "id": "r", "payload": payload })).await;
        let heard = word(socket.hear().await);
        assert_eq!((&heard["type"], &heard["id"]), (&json!("error"), &json!("r")), "{payload}: {heard}");
        assert_eq!(heard["payload"][0]["extensions"]["code"], code, "{payload}: {heard}");
        assert!(heard["payload"][0]["extensions"]["requestId"].is_string(), "{heard}");
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(word(socket.hear().await)["type"], "pong", "{payload}");
    }
    // What was carried out has a result, also if that is an error.
    socket.say(subscribe("r", "{ units(where: {}) { nodes { id } } }", json!({}))).await;
    let heard = word(socket.hear().await);
    assert_eq!((&heard["type"], &heard["payload"]["data"]), (&json!("next"), &json!({ "units": null })), "{heard}");
    assert_eq!(heard["payload"]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{heard}");
    assert_eq!(word(socket.hear().await)["type"], "complete");
    let mut stranger = Socket::greeted(&world.server.url, None).await;
    stranger.say(subscribe("1", "{ __schema { types { name } } }", json!({}))).await;
    let heard = word(stranger.hear().await);
    assert_eq!(
        (&heard["type"], &heard["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("UNAUTHENTICATED"))
    );
}

#[tokio::test]
async fn a_message_is_bounded() {
    let world = World::start().await;
    let mut socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    socket.say(subscribe("a", &" ".repeat(300 * 1024), json!({}))).await;
    assert_eq!(closed(&mut socket).await, 1009, "a little too large");
    let mut socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    socket.say(subscribe("a", &" ".repeat(240 * 1024), json!({}))).await;
    assert_eq!(word(socket.hear().await)["payload"][0]["extensions"]["code"], "QUERY_TOO_LARGE");
    let mut socket = Socket::greeted(&world.server.url, None).await;
    socket.say_binary(b"{\"type\":\"ping\"}").await;
    assert_eq!(closed(&mut socket).await, 4400, "the protocol is text");
    let mut socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(word(socket.hear().await)["type"], "pong");
}

#[tokio::test]
async fn a_revoked_session_is_noticed_at_the_next_operation_or_within_twenty_seconds() {
    let world = World::start().await;
    let (url, token) = (&world.server.url, world.a.junior.token.as_deref());
    let (mut busy, mut idle) = (Socket::greeted(url, token).await, Socket::greeted(url, token).await);
    busy.say(subscribe("1", UNITS, json!({}))).await;
    assert!(word(busy.hear().await)["payload"]["data"]["units"]["nodes"].is_array());
    let request = world.server.http.post(format!("{url}/auth/logout")).bearer_auth(token.unwrap());
    assert_eq!(Reply::of(request.send().await.unwrap()).await.status, 200);
    let start = Instant::now();
    busy.say(subscribe("2", UNITS, json!({}))).await;
    assert_eq!(closed(&mut busy).await, 4403);
    assert!(start.elapsed() < Duration::from_secs(2));
    // `hear` waits for 15 seconds, so the second wait covers the rest.
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            if let Ok(code) = tokio::time::timeout(Duration::from_secs(14), closed(&mut idle)).await {
                return code;
            }
        }
    });
    assert_eq!(waited.await.expect("within twenty seconds"), 4403);
}

/// Who closes a socket is answered: without an answer, clients take the end for a broken line and report it.
#[tokio::test]
async fn a_clients_close_is_answered() {
    let world = World::start().await;
    let mut socket = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    socket.say(subscribe("1", UNITS, json!({}))).await;
    assert_eq!(word(socket.hear().await)["type"], "next");
    assert_eq!(word(socket.hear().await)["type"], "complete");
    socket.bid_farewell().await;
    assert_eq!(closed(&mut socket).await, 1000);
}
