//! Whatever the schema offers, tried without being named: roots, arguments, places for ids, and things to put there.

mod arguments;
mod model;
mod things;

pub use arguments::{Filler, Slot, SlotKind};
pub use model::{Kind, Model, Root, is_list, named};
pub use things::Things;

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Reply};

/// The request id of every probe, so that answers can be compared letter for letter.
const REQUEST: &str = "probe";

/// Sends a document under the fixed request id.
pub async fn send(actor: &Actor, query: &str, variables: &Json) -> Reply {
    actor.send(json!({ "query": query, "variables": variables }), &[("x-request-id", REQUEST)]).await
}

/// What a stranger sees of an answer, with the id that was asked for made equal.
pub fn seen(reply: &Reply, asked: &str) -> String {
    let mut names: Vec<String> = reply.headers.keys().map(|name| name.to_string()).collect();
    names.sort();
    format!("{} {names:?} {}", reply.status, reply.text.replace(asked, "<asked>"))
}

/// Every string value of a JSON document.
pub fn strings(json: &Json, out: &mut Vec<String>) {
    match json {
        Json::String(text) => out.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Json::Object(map) => map.values().for_each(|value| strings(value, out)),
        _ => {}
    }
}
