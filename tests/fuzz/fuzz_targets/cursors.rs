//! Cursors: a text in the place of one is refused by its code, at either end of a page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use zugong_fuzz::{ask, caller};

const AFTER: &str = "query($v: String) { units(first: 2, after: $v) { nodes { id } } }";
const BEFORE: &str = "query($v: String) { cadres(last: 2, before: $v, orderBy: [{ field: SERVICE_FROM }]) { nodes { id } } }";

fuzz_target!(|input: (bool, &str)| {
    let (forwards, text) = input;
    let reply = ask(&caller(), if forwards { AFTER } else { BEFORE }, json!({ "v": text }));
    assert!(text.is_empty() || reply.contains("\"errors\""), "a cursor that nobody gave out: {reply}");
});
