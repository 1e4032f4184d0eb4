//! Bodies that are larger than they look.

use std::fs;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zugong_tests::{Server, wire::Wire};

use super::documents::{AT_ONCE, SHORT, quick};
use crate::front::document;

/// `{"query":"{__typename}"}` as gzip writes it.
const PACKED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x2a, 0x2c, 0x4d, 0x2d, 0xaa, 0x54, 0xb2,
    0x52, 0xaa, 0x8e, 0x8f, 0x2f, 0xa9, 0x2c, 0x48, 0xcd, 0x4b, 0xcc, 0x4d, 0xad, 0x55, 0xaa, 0x05, 0x00, 0x5d, 0xe2,
    0xd1, 0x97, 0x18, 0x00, 0x00, 0x00,
];
/// How a file of gzip begins.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03];
/// How a block of deflate begins that is nothing but noughts, four matches of 258 in each byte that follows: the
/// most that the format can do. In the last block of a file the first bit is set.
const NOUGHTS: [u8; 14] = [0xec, 0xc0, 0x81, 0x00, 0x00, 0x00, 0x00, 0x80, 0xa0, 0xfd, 0xa9, 0x17, 0xa9, 0x00];
const LAST: u8 = 0x01;
/// What ends such a block, alone and before a last block of plain bytes.
const END: u8 = 0x06;
const END_BEFORE_PLAIN: u8 = 0x0e;
/// Bytes that make a gibibyte, and are themselves what a block of this kind can make.
const GIBIBYTE: usize = 1 + MATCHED * 1_009;
/// Bytes that make a quarter of it, and fit into a body.
const QUARTER: usize = 250_000;
/// What becomes of a byte.
const MATCHED: usize = 1_032;

/// The checksum and the length with which a file of gzip ends.
fn foot(sum: u32, length: usize) -> Vec<u8> {
    [sum.to_le_bytes(), u32::try_from(length).unwrap().to_le_bytes()].concat()
}

/// A file that becomes a thousand times as large.
fn bomb(bytes: usize, sum: u32) -> Vec<u8> {
    let mut block = NOUGHTS;
    block[0] |= LAST;
    let unpacked = 1 + MATCHED * (bytes + 1);
    [GZIP, &block, &vec![0; bytes], &[END], &foot(sum, unpacked)].concat()
}

/// A megabyte that becomes a gibibyte.
fn gibibyte() -> Vec<u8> {
    bomb(GIBIBYTE, 0xf02d_0ab9)
}

/// A kilobyte that becomes that megabyte.
fn nested() -> Vec<u8> {
    let inner = gibibyte();
    let noughts = GZIP.len() + NOUGHTS.len();
    let plain = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap();
        [&length.to_le_bytes()[..], &(!length).to_le_bytes()[..], bytes].concat()
    };
    let (before, after) = (&inner[..noughts], &inner[noughts + GIBIBYTE..]);
    let within = [0; (GIBIBYTE - 1) / MATCHED - 1];
    let whole = [&[0][..], &*plain(before), &NOUGHTS, &within, &[END_BEFORE_PLAIN], &plain(after)].concat();
    [GZIP, &whole, &foot(0x2538_d7b9, inner.len())].concat()
}

/// Posts a body and reads what comes, also from a server that hangs up before it has read everything.
async fn sent(server: &Server, path: &str, encoding: Option<&str>, chunked: bool, body: &[u8]) -> String {
    let stream = Wire::to(&server.url).await;
    let length = match chunked {
        true => format!("transfer-encoding: chunked\r\n\r\n{:x}", body.len()),
        false => format!("content-length: {}\r\n", body.len()),
    };
    let encoding = encoding.map(|encoding| format!("content-encoding: {encoding}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{encoding}{length}\r\n"
    );
    let end: &[u8] = if chunked { b"\r\n0\r\n\r\n" } else { b"" };
    let bytes = [head.as_bytes(), body, end].concat();
    let (mut reading, mut writing) = tokio::io::split(stream);
    let mut answer = vec![];
    // Either side may end in an error: what was answered is there.
    let _ = tokio::join!(writing.write_all(&bytes), reading.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// MiB of memory that this process has had at most.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024)
}

/// Threat 21: a megabyte that would be a gibibyte, one within another, and smaller ones: nothing that a client sends is
/// unpacked, whatever it is called, so that there is nothing to blow up.
#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let server = Server::start().await;
    let bodies = [
        ("a small body", PACKED.to_vec()),
        ("a gibibyte in a megabyte", gibibyte()),
        ("a gibibyte in a megabyte in a kilobyte", nested()),
        ("a quarter of a gibibyte in what a body may have", bomb(QUARTER, 0xd936_31bd)),
    ];
    assert!(bodies[1].1.len() < 1_100_000 && bodies[2].1.len() < 1_100 && bodies[3].1.len() < 256 * 1024);
    let before = peak();
    let encodings = ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip", "compress"];
    for path in ["/graphql", "/graphql/stream", "/auth/login"] {
        for encoding in encodings.map(Some).into_iter().chain([None]) {
            for (name, body) in &bodies {
                for chunked in [false, true] {
                    let (answer, took) = quick(async || sent(&server, path, encoding, chunked, body).await).await;
                    let (status, what) = (answer.get(9..12).unwrap_or_default(), format!("{path} {encoding:?} {name}"));
                    match encoding {
                        Some(_) => {
                            assert!(status == "415" && answer.contains("UNSUPPORTED_MEDIA_TYPE"), "{what}: {answer}")
                        }
                        // As it is it is no JSON, or too large.
                        None => assert!(["400", "413"].contains(&status), "{what}: {answer}"),
                    }
                    assert!(took < AT_ONCE && answer.len() < SHORT, "{what}: {took:?} {}", answer.len());
                }
            }
        }
    }
    // Other tests of the process have something as well, but nobody has a gibibyte.
    assert!(peak() - before < 512, "{} MiB", peak() - before);
    assert_eq!(document(&server, "{__typename}").await.text, r#"{"data":{"__typename":"Query"}}"#);
}
