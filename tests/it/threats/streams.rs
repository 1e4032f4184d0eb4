//! Floods within one connection of HTTP/2, byte by byte, since no client would send them.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use zugong_tests::{Server, wire::Wire};

use crate::front::document;

/// How a client begins, with settings of which none is its own.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
/// Kinds of frames.
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const CONTINUATION: u8 = 9;
/// The headers are whole.
const END_HEADERS: u8 = 4;
/// `POST http://x/graphql` with JSON in it: names of the static table, values as they are.
const HEAD: &[u8] = b"\x83\x86\x04\x08/graphql\x01\x01x\x0f\x10\x10application/json";
/// Reasons.
const REFUSED: u32 = 7;
const CANCEL: u32 = 8;
const CALM_DOWN: u32 = 11;
/// A setting: streams at once.
const STREAMS: u16 = 3;
/// How long a flood may last.
const LONGEST: Duration = Duration::from_secs(20);

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The number of a client's stream.
fn number(n: usize) -> u32 {
    u32::try_from(2 * n + 1).unwrap()
}

/// So many streams, each of which is reset as soon as it is opened.
fn resets(count: usize) -> Vec<u8> {
    let mut bytes = PREFACE.to_vec();
    for n in 0..count {
        bytes.extend(frame(HEADERS, END_HEADERS, number(n), HEAD));
        bytes.extend(frame(RESET, 0, number(n), &CANCEL.to_be_bytes()));
    }
    bytes
}

/// The server's next frame: its kind and what is in it; none when the connection has ended.
async fn heard(stream: &mut (impl AsyncRead + Unpin)) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

/// The number at a place of a payload.
fn at(payload: &[u8], place: usize) -> u32 {
    u32::from_be_bytes(*payload[place..].first_chunk().unwrap())
}

/// Sends bytes until the server has enough, which it must have; the reason that it gave.
async fn flooded(server: &Server, bytes: &[u8]) -> Option<u32> {
    let (mut reading, mut writing) = tokio::io::split(Wire::to(&server.url).await);
    let read = async {
        let mut reason = None;
        while let Some((kind, payload)) = heard(&mut reading).await {
            if kind == GO_AWAY {
                reason = Some(at(&payload, 4));
            }
        }
        reason
    };
    // Both end with the connection; who writes learns of it by an error.
    let both = async { tokio::join!(read, writing.write_all(bytes)).0 };
    tokio::time::timeout(LONGEST, both).await.expect("the server ends the connection")
}

/// How long a good request takes beside the flood.
async fn good(server: &Server) -> Duration {
    let begun = Instant::now();
    let reply = document(server, "{ __typename }").await;
    assert_eq!(reply.text, r#"{"data":{"__typename":"Query"}}"#);
    begun.elapsed()
}

/// Threat 20: ten thousand streams that are reset as soon as they are opened, in one connection and by the hundred in
/// as many connections as that takes: each connection is ended with a reason, and others are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_resets_end_their_connections_and_nothing_else() {
    let server = Server::start().await;
    good(&server).await;
    let all = resets(10_000);
    let (at_once, beside) = tokio::join!(flooded(&server, &all), good(&server));
    // So much is under way that the reason may be lost with the connection.
    assert!(at_once.is_none_or(|reason| reason == CALM_DOWN), "{at_once:?}");
    let (hundred, mut times, mut told) = (resets(100), vec![beside], 0);
    for n in 0..100 {
        let (reason, beside) = tokio::join!(flooded(&server, &hundred), good(&server));
        assert!(reason.is_none_or(|reason| reason == CALM_DOWN), "connection {n}: {reason:?}");
        told += usize::from(reason.is_some());
        times.push(beside);
    }
    assert!(told > 90, "{told} of a hundred were told why");
    times.sort();
    // The ninety-ninth of a hundred.
    assert!(times[times.len() - 2] < Duration::from_millis(200), "others waited {:?}", &times[times.len() - 5..]);
}

/// Threat 20: a connection has a hundred streams at once, says so at its beginning, and refuses each that is opened
/// beyond them.
#[tokio::test]
async fn a_connection_has_a_hundred_streams_at_once() {
    let server = Server::start().await;
    let mut stream = Wire::to(&server.url).await;
    let mut bytes = PREFACE.to_vec();
    // None of them ends: the body of each is still to come.
    for n in 0..150 {
        bytes.extend(frame(HEADERS, END_HEADERS, number(n), HEAD));
    }
    stream.write_all(&bytes).await.unwrap();
    let (mut announced, mut refused) = (None, 0);
    let listening = async {
        while refused < 50 {
            let (kind, payload) = heard(&mut stream).await.expect("the connection goes on");
            match kind {
                SETTINGS => {
                    let mut settings = payload.chunks(6);
                    let streams = settings.find(|pair| pair[..2] == STREAMS.to_be_bytes());
                    announced = announced.or(streams.map(|pair| at(pair, 2)));
                }
                RESET => {
                    assert_eq!(at(&payload, 0), REFUSED);
                    refused += 1;
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(LONGEST, listening).await.expect("fifty are refused");
    assert_eq!((announced, refused), (Some(100), 50));
    good(&server).await;
}

/// Threat 20: headers that never end, in large pieces or in empty ones, end their connection long before they fill
/// anything.
#[tokio::test]
async fn headers_without_an_end_end_their_connection() {
    let server = Server::start().await;
    // A header `a: b` that is kept in no table, over and over.
    let large = b"\x00\x01a\x01b".repeat(3_000);
    for (name, piece, count) in [("large pieces", large.as_slice(), 1_000), ("empty pieces", &[], 1_000_000)] {
        let piece = frame(CONTINUATION, 0, 1, piece);
        let bytes = [PREFACE, &frame(HEADERS, 0, 1, HEAD), &piece.repeat(count)].concat();
        let reason = flooded(&server, &bytes).await;
        // The reason may be lost with the connection; if it is heard, it is not that all is well.
        assert!(reason.is_none_or(|reason| reason != 0), "{name}: {reason:?}");
        good(&server).await;
    }
}
