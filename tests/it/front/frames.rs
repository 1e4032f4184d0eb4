//! WebSockets below their messages: frames that are too large or wrong, clients that say nothing or do not read.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};
use zugong::http::{app::HttpSettings, ws::SocketTimes};
use zugong_tests::{Server, World, socket::Socket, wire::Wire};

use super::get;
use crate::sockets::{subscribe, word};

/// First bytes of frames that are whole by themselves.
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
/// A text of which more follows, more of it, and its end.
const BEGINNING: u8 = 0x01;
const MORE: u8 = 0x00;
const END: u8 = 0x80;
/// What the handshake says besides the host.
const HEAD: &str = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n";

/// What stands before so many bytes of a client's; a mask of noughts leaves them as they are.
fn head(first: u8, length: usize) -> Vec<u8> {
    let mut head = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=125), _) => head.push(0x80 | length),
        (_, Ok(length)) => {
            head.push(0x80 | 126);
            head.extend(length.to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(u64::try_from(length).unwrap().to_be_bytes());
        }
    }
    head.extend([0; 4]);
    head
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    [head(first, payload.len()).as_slice(), payload].concat()
}

/// A socket of which the test writes and reads every byte.
struct Raw(Wire);

impl Raw {
    /// Opened and introduced.
    async fn open(server: &Server, token: Option<&str>) -> Self {
        Self::over(Wire::to(&server.url).await, server, token).await
    }

    async fn over(mut stream: Wire, server: &Server, token: Option<&str>) -> Self {
        let host = server.url.trim_start_matches("http://");
        let request = format!("GET /graphql/ws HTTP/1.1\r\nhost: {host}\r\n{HEAD}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![];
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
        let mut socket = Self(stream);
        let payload = token.map_or(json!({}), |token| json!({ "authorization": format!("Bearer {token}") }));
        socket.say(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.word().await["type"], "connection_ack");
        socket
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    async fn say(&mut self, word: &Json) {
        self.write(&frame(TEXT, word.to_string().as_bytes())).await;
    }

    /// The next frame of the server; none when the connection has ended.
    async fn hear(&mut self) -> Option<(u8, Vec<u8>)> {
        let read = async {
            let first = self.0.read_u8().await.ok()?;
            let length = match self.0.read_u8().await.ok()? {
                126 => usize::from(self.0.read_u16().await.ok()?),
                127 => usize::try_from(self.0.read_u64().await.ok()?).unwrap(),
                length => usize::from(length),
            };
            let mut payload = vec![0; length];
            self.0.read_exact(&mut payload).await.ok()?;
            Some((first, payload))
        };
        tokio::time::timeout(Duration::from_secs(15), read).await.expect("the server says nothing")
    }

    async fn word(&mut self) -> Json {
        let (first, payload) = self.hear().await.expect("the server has hung up");
        assert_eq!(first, TEXT);
        serde_json::from_slice(&payload).unwrap()
    }

    /// The code with which the server closes; none if it hangs up without a word.
    async fn closed(&mut self) -> Option<u16> {
        loop {
            if let (CLOSE, payload) = self.hear().await? {
                return payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            }
        }
    }
}

#[tokio::test]
async fn what_is_beyond_a_mebibyte_is_not_read_to_its_end() {
    let server = Server::start().await;
    let most = 1024 * 1024;
    let announced = head(TEXT, most + 1);
    let pieces = [
        frame(BEGINNING, &vec![b' '; most / 2]),
        frame(MORE, &vec![b' '; most / 2]),
        frame(END, b"{\"type\":\"ping\"}"),
    ];
    for bytes in [announced, pieces.concat()] {
        let mut socket = Raw::open(&server, None).await;
        socket.write(&bytes).await;
        assert_eq!(socket.closed().await, Some(1009));
    }
}

#[tokio::test]
async fn frames_that_the_protocol_does_not_allow_end_the_connection() {
    let server = Server::start().await;
    for (name, bytes) in [
        ("a reserved bit", frame(TEXT | 0x40, b"{\"type\":\"ping\"}")),
        ("an unknown kind", frame(0x83, b"{\"type\":\"ping\"}")),
        ("an unknown kind of control", frame(0x8b, b"")),
        ("no mask", [[TEXT, 15].as_slice(), b"{\"type\":\"ping\"}".as_slice()].concat()),
        ("a long ping", frame(PING, &[0; 126])),
        ("a ping in pieces", frame(PING & 0x0f, b"")),
        ("more of nothing", frame(END, b"{\"type\":\"ping\"}")),
        ("a text within a text", [frame(BEGINNING, b"{"), frame(TEXT, b"{\"type\":\"ping\"}")].concat()),
        ("half a close code", frame(CLOSE, &[3])),
    ] {
        let mut socket = Raw::open(&server, None).await;
        socket.write(&bytes).await;
        assert_eq!(socket.closed().await, Some(1002), "{name}");
    }
}

#[tokio::test]
async fn a_text_is_utf_8_wherever_its_frames_part() {
    let server = Server::start().await;
    let mut socket = Raw::open(&server, None).await;
    let text = "{\"type\":\"ping\",\"payload\":{\"place\":\"镇\"}}".as_bytes();
    let within = text.len() - 4;
    socket.write(&[frame(BEGINNING, &text[..within]), frame(END, &text[within..])].concat()).await;
    assert_eq!(socket.word().await, json!({ "type": "pong", "payload": { "place": "镇" } }));
    for bytes in [vec![0xff, 0xfe], b"\"\xe9\x95\"".to_vec(), vec![0xed, 0xa0, 0x80], vec![0xc0, 0xaf]] {
        let mut socket = Raw::open(&server, None).await;
        socket.write(&frame(TEXT, &bytes)).await;
        assert_eq!(socket.closed().await, Some(1007), "{bytes:x?}");
    }
}

#[tokio::test]
async fn who_does_not_answer_pings_is_taken_for_gone() {
    let times = SocketTimes {
        ping: Duration::from_millis(300),
        silence: Duration::from_millis(1_500),
        ..SocketTimes::default()
    };
    let server = Server::with(HttpSettings { sockets: times, ..HttpSettings::default() }).await;
    let mut dead = Raw::open(&server, None).await;
    let mut alive = Socket::greeted(&server.url, None).await;
    let begun = Instant::now();
    let gone = async {
        let mut pings = 0;
        while let Some((first, _)) = dead.hear().await {
            pings += usize::from(first == PING);
        }
        (pings, begun.elapsed())
    };
    // Whoever listens answers pings without a word of its own.
    let stays = tokio::time::timeout(Duration::from_secs(4), alive.hear());
    let ((pings, took), heard) = tokio::join!(gone, stays);
    assert!(pings > 0, "it was asked");
    assert!((Duration::from_millis(1_400)..Duration::from_secs(10)).contains(&took), "{took:?}");
    assert!(heard.is_err(), "{heard:?}");
    alive.say(json!({ "type": "ping" })).await;
    assert_eq!(word(alive.hear().await)["type"], "pong");
}

/// How many sockets were closed with 1013.
async fn too_slow(server: &Server) -> u64 {
    let figures = get(server, "/metrics").await.text;
    let line = figures.lines().find_map(|l| l.strip_prefix("zugong_socket_closes_total{code=\"1013\"} "));
    line.map_or(0, |count| count.trim().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_let_go_with_all_that_it_asked_for() {
    let times = SocketTimes { taking: Duration::from_secs(2), ..SocketTimes::default() };
    let world = World::on(Server::with(HttpSettings { sockets: times, ..HttpSettings::default() }).await).await;
    let before = too_slow(&world.server).await;
    // The system takes little for a client that does not ask for it.
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4 * 1024).unwrap();
    let address = world.server.url.trim_start_matches("http://").parse().unwrap();
    let stream = Wire::over(narrow.connect(address).await.unwrap());
    let mut socket = Raw::over(stream, &world.server, world.a.superior.token.as_deref()).await;
    let large = "{ __schema { types { name description fields { name description args { name description } } \
                 inputFields { name description } enumValues { name description } } } }";
    for i in 0..8 {
        socket.say(&subscribe(&i.to_string(), large, json!({}))).await;
    }
    let let_go = async {
        while too_slow(&world.server).await == before {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), let_go).await.expect("it is let go");
    // Its places are free: what it asked for has ended with it.
    let mut again = Socket::greeted(&world.server.url, world.a.superior.token.as_deref()).await;
    for i in 0..20 {
        again.say(subscribe(&i.to_string(), "{ version }", json!({}))).await;
    }
    let mut ended = 0;
    while ended < 20 {
        ended += usize::from(word(again.hear().await)["type"] == "complete");
    }
}
