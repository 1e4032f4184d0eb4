//! Exchange between province, city and county (NB-20), H-06.

mod nodes;
mod receiving;

use serde_json::{Value as Json, json};
use zugong_tests::Actor;

/// Registers a peer and returns its id.
pub async fn register(by: &Actor, code: &str, endpoint: &str, key: &str, sends_cases: bool) -> Json {
    let input = json!({ "code": code, "name": "对方平台", "level": "COUNTY", "endpoint": endpoint,
                        "publicKey": key, "sendsCases": sends_cases });
    by.done("exchangePeerRegister", input, "exchangePeer { id version }").await["exchangePeer"]["id"].clone()
}

pub async fn key_of(actor: &Actor) -> String {
    let own = actor.ok("{ exchangeIdentity { code publicKey } }", json!({})).await;
    own["exchangeIdentity"]["publicKey"].as_str().unwrap().to_string()
}
