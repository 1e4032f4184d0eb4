//! The plan compiler: a document of a session becomes statements over SQLite and an answer, or a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use zugong_fuzz::{ask, caller};

fuzz_target!(|document: &str| {
    ask(&caller(), document, json!({}));
});
