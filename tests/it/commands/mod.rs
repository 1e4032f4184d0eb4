//! How a change happens: everything or nothing, once for each key, and never over somebody else's change.

mod atomic;
mod idempotency;
mod rules;
mod versions;

use serde_json::{Value as Json, json};
use zugong::modules::organisation::rules::credit_code::CreditCode;
use zugong_tests::{Probe, World};

/// A unit that can be set up under the root of tenant A; `number` makes its code.
pub fn unit(world: &World, number: u32) -> Json {
    let code = CreditCode::make("11330299", &format!("{number:08}")).unwrap();
    json!({ "parent": world.a.id("root"), "code": code.as_str(), "name": format!("新设机构{number}"),
        "sequence": "GOVERNMENT", "kind": "ORGAN" })
}

pub fn with(mut input: Json, more: Json) -> Json {
    let Json::Object(more) = more else { panic!("an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// Rows of the tables that a command writes: unit, audit, outbox, idempotency.
pub async fn rows(probe: &Probe) -> [i64; 4] {
    let audit = probe.count_where("audit", "action like 'unit%'", vec![]).await;
    [probe.count("unit").await, audit, probe.count("outbox").await, probe.count("idempotency").await]
}

pub fn plus(before: [i64; 4], more: [i64; 4]) -> [i64; 4] {
    std::array::from_fn(|i| before[i] + more[i])
}
