//! Tokens: a text in the place of one lets nobody in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use zugong_fuzz::{ask, caller};
use zugong_tests::Actor;

fuzz_target!(|text: &str| {
    // Only these bytes can stand in the header at all.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return;
    }
    let nobody = Actor { token: Some(text.into()), ..caller() };
    let reply = ask(&nobody, "{ viewer { name } }", json!({}));
    assert!(reply.contains("UNAUTHENTICATED"), "{reply}");
});
