//! The whole way of a request of one session over SQLite: document to plan, statement and answer; and, by the first
//! byte, the text as a cursor, as an id or as a token.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tokio::runtime::Runtime;
use zugong_tests::{Actor, World};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
static WORLD: LazyLock<World> = LazyLock::new(|| RUNTIME.block_on(World::start()));

fuzz_target!(|input: (u8, &str)| {
    let (kind, text) = input;
    let me = &WORLD.a.superior;
    let reply = RUNTIME.block_on(async {
        match kind % 4 {
            0 => me.gql(text, json!({})).await,
            1 => me.gql("query($v: String) { units(after: $v) { nodes { id } } }", json!({ "v": text })).await,
            2 => me.gql("query($v: ID!) { node(id: $v) { id } unit(id: $v) { id } }", json!({ "v": text })).await,
            _ if text.bytes().all(|b| b.is_ascii_graphic()) => {
                let actor = Actor { token: Some(text.into()), ..me.clone() };
                actor.gql("{ viewer { name } }", json!({})).await
            }
            _ => return None,
        }
        .into()
    });
    let Some(reply) = reply else { return };
    assert!(reply.status < 500 && !reply.text.contains("INTERNAL_SERVER_ERROR"), "{}", reply.text);
});
