//! Words of the inside, which no answer tells. Every reply that a test receives is looked through.

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

/// The words that a text tells.
pub fn told(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    INSIDE.into_iter().filter(|word| lower.contains(*word)).collect()
}

/// Refuses an answer whose errors tell of the inside, of GraphQL or of the plain JSON beside it.
pub fn check(body: &Json) {
    for errors in [&body["errors"], &body["error"]] {
        let told = told(&errors.to_string());
        assert!(told.is_empty(), "an error tells {told:?}: {errors}");
    }
}
