//! Ids have one spelling: what is read is written the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zugong::kernel::id::{parse, publish};

fuzz_target!(|text: &str| {
    if let Some((prefix, id)) = parse(text) {
        assert_eq!(publish(prefix, id), text);
    }
});
