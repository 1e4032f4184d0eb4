//! The guard's tokens, the parser behind them and the measuring: any text is judged, none breaks anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zugong::http::guard::{Limits, check};

fuzz_target!(|text: &str| {
    if let Err(error) = check(text, &Limits::default()) {
        assert!(error.code.status() < 500);
    }
});
