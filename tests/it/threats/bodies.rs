//! Bodies that are larger than they look.

use zugong_tests::{Server, cpu::processor};

use crate::front::{JSON, document, post};

/// `{"query":"{__typename}"}` as gzip writes it.
const PACKED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x2a, 0x2c, 0x4d, 0x2d, 0xaa, 0x54, 0xb2,
    0x52, 0xaa, 0x8e, 0x8f, 0x2f, 0xa9, 0x2c, 0x48, 0xcd, 0x4b, 0xcc, 0x4d, 0xad, 0x55, 0xaa, 0x05, 0x00, 0x5d, 0xe2,
    0xd1, 0x97, 0x18, 0x00, 0x00, 0x00,
];

/// Threat 21: nothing that a client sends is unpacked, so that there is nothing to blow up.
#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let server = Server::start().await;
    // Deflate's own bomb: a block of nought, repeated by the longest match that the format has.
    let bomb = [&PACKED[..10], &[0xed, 0xc1], &[0x01; 200_000][..]].concat();
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip", "compress"] {
        for body in [PACKED.to_vec(), bomb.clone()] {
            let before = processor();
            let reply = post(&server, body, &[JSON, ("content-encoding", encoding)]).await;
            assert!([400, 415].contains(&reply.status), "{encoding}: {} {}", reply.status, reply.text);
            assert!(["BAD_USER_INPUT", "UNSUPPORTED_MEDIA_TYPE"].contains(&reply.code()), "{encoding}: {}", reply.text);
            assert!(reply.text.len() < 4096 && reply.body.get("data").is_none());
            let took = processor().zip(before).map_or(0, |(after, before)| (after - before).as_millis());
            assert!(took < 200, "{encoding}: {took} ms");
        }
    }
    assert_eq!(document(&server, "{__typename}").await.code(), "none");
}
