//! Words of the inside, which no answer tells. Every reply that a test receives is looked through: over HTTP, over a socket,
//! in a stream of events, and byte by byte where a test reads a connection by itself ([`crate::wire::Wire`]).

use std::sync::LazyLock;

use regex::RegexSet;
use serde_json::Value as Json;

/// Libraries, places in the source and in the file system, words of SQL and of the databases.
pub const INSIDE: [&str; 44] = [
    "sqlx",
    "sea_orm",
    "sea-orm",
    "seaorm",
    "tokio",
    "axum",
    "async_graphql",
    "async-graphql",
    "hyper",
    "serde",
    "casbin",
    "tower",
    "reqwest",
    "redis::",
    "zugong::",
    "panick",
    "backtrace",
    "unwrap",
    "stack",
    "thread '",
    ".rs",
    ".toml",
    "/src/",
    "/home",
    "/var/",
    "/root",
    "/usr",
    "/tmp",
    "127.0.0.1",
    "select ",
    "insert ",
    "update ",
    " from ",
    "constraint",
    "sqlite",
    "postgres",
    "plpgsql",
    "relation \"",
    "duplicate key",
    "unique",
    "canary",
    "expected value",
    "eof while",
    "option<",
];

/// What the inside looks like, whatever it is called: places in a source, in a file system and in memory, statements,
/// names of columns, the words of databases and of a panic, crates.
const SHAPES: [&str; 10] = [
    r"\b[a-z_]+\.rs\b",
    r"\b[a-z_]{3,}::[A-Za-z_]{3,}",
    r#"(^|[\s"'(`:=])/(home|usr|var|tmp|root|src|proc|work|opt|nix)/"#,
    r"\b0x[0-9a-f]{8,}",
    r#"(?is)\bselect\s.+\sfrom\s+"?[a-z_]+"?\s+(where|join|order|limit)\b"#,
    r#"(?i)\b(insert\s+into|delete\s+from|update)\s+"?[a-z_]+"?\s+(set|values|where|\()"#,
    r"(?i)\b(sqlstate|violates|duplicate key|constraint failed|datatype mismatch|no such (table|column)|syntax error at)\b",
    r"(?i)\b(panicked at|stack backtrace|rust_backtrace|rust_log)\b",
    r"\b(tenant_id|password_hash|token_hash|sealed_key|public_key|session_key)\b",
    r"\b(sqlx|sea[-_]orm|tokio|axum|hyper|serde_json|async[-_]graphql|casbin|jsonwebtoken|rustls|aws[-_]lc)\b",
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| RegexSet::new(SHAPES).unwrap());

/// The words that a text tells.
pub fn told(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    INSIDE.into_iter().filter(|word| lower.contains(*word)).chain(shown(text)).collect()
}

/// The shapes of the inside that show in a text.
pub fn shown(text: &str) -> impl Iterator<Item = &'static str> {
    SET.matches(text).into_iter().map(|at| SHAPES[at])
}

/// Refuses an answer whose errors tell of the inside, of GraphQL or of the plain JSON beside it. Refusals by a rule may
/// say any word, since they repeat what a client sent, but show no shape of the inside either.
pub fn check(body: &Json) {
    for errors in [&body["errors"], &body["error"], &body["payload"]["errors"]] {
        let told = told(&errors.to_string());
        assert!(told.is_empty(), "an error tells {told:?}: {errors}");
    }
    // What a socket says of an operation that has failed.
    if body["type"] == "error" {
        let told = told(&body["payload"].to_string());
        assert!(told.is_empty(), "a socket tells {told:?}: {body}");
    }
    refusals(body);
}

/// Refuses bytes as they came over a connection, whatever heads and frames stand between the answers: each object of JSON
/// is an answer, and what stands around them shows nothing of the inside.
pub fn search(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut rest: &str = &text;
    let mut around = String::new();
    while let Some(at) = rest.find('{') {
        around.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<Json>();
        if let Some(Ok(object)) = objects.next() {
            check(&object);
            single(&object);
            rest = &rest[objects.byte_offset()..];
        } else {
            // No JSON, or cut off: what is whole within it comes by itself.
            around.push('{');
            rest = &rest[1..];
        }
    }
    around.push_str(rest);
    let shown: Vec<_> = shown(&around).collect();
    assert!(shown.is_empty(), "what stands around the answers shows {shown:?}: {around}");
}

/// An error whose answer was cut off stands alone.
fn single(object: &Json) {
    if object["message"].is_string() && object["extensions"].is_object() {
        let told = told(&object.to_string());
        assert!(told.is_empty(), "an error tells {told:?}: {object}");
    }
}

fn refusals(json: &Json) {
    match json {
        Json::Array(items) => items.iter().for_each(refusals),
        Json::Object(fields) => {
            for error in fields.get("userErrors").and_then(Json::as_array).into_iter().flatten() {
                let shown: Vec<_> = shown(&error["message"].to_string()).collect();
                assert!(shown.is_empty(), "a refusal shows {shown:?}: {error}");
            }
            fields.values().for_each(refusals);
        }
        _ => {}
    }
}
