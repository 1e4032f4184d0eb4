//! One server with its two tenants for all inputs of a target, asked over HTTP by a session of the first.

use std::sync::LazyLock;

use serde_json::Value as Json;
use tokio::runtime::Runtime;
use zugong_tests::{Actor, World};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
/// Roomy: a refusal for its cost would end most inputs before the part that is tried.
static WORLD: LazyLock<World> = LazyLock::new(|| RUNTIME.block_on(World::roomy()));

/// Somebody who may see a whole tenant.
pub fn caller() -> Actor {
    WORLD.a.superior.clone()
}

/// Whatever is asked, the answer is a finding of the caller's making, never a fault of the server's.
pub fn ask(actor: &Actor, query: &str, variables: Json) -> String {
    let reply = RUNTIME.block_on(actor.gql(query, variables));
    assert!(reply.status < 500 && !reply.text.contains("INTERNAL_SERVER_ERROR"), "{}", reply.text);
    assert!(!reply.text.contains(&WORLD.b.code), "words of another tenant: {}", reply.text);
    reply.text
}
