//! What stands before the schema: media types, limits, hostile documents, what errors tell.

mod connections;
mod cost;
mod documents;
pub mod errors;
mod events;
mod frames;
mod hostile;
mod limits;
mod media;
mod once;
mod sockets;
mod spec;
mod surroundings;
mod validity;
mod watching;

use serde_json::json;
use zugong_tests::{Reply, Server};

pub const JSON: (&str, &str) = ("content-type", "application/json");
pub const GRAPHQL: (&str, &str) = ("accept", "application/graphql-response+json");

/// Posts any bytes to `/graphql` with these headers and no others of ours.
pub async fn post(server: &Server, body: impl Into<reqwest::Body>, headers: &[(&str, &str)]) -> Reply {
    let mut request = server.http.post(format!("{}/graphql", server.url)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::of(request.send().await.unwrap()).await
}

/// Posts a document without a token.
pub async fn document(server: &Server, query: &str) -> Reply {
    post(server, json!({ "query": query }).to_string(), &[JSON]).await
}

pub async fn get(server: &Server, path: &str) -> Reply {
    Reply::of(server.http.get(format!("{}{path}", server.url)).send().await.unwrap()).await
}

pub fn header<'r>(reply: &'r Reply, name: &str) -> &'r str {
    reply.headers.get(name).map_or("", |value| value.to_str().unwrap())
}
