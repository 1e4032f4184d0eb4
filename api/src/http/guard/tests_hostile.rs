//! Documents made to kill or to stall: each is refused, with the right code and at once. Run with
//! `--nocapture` for the times.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use super::{Limits, check};
use crate::kernel::error::Code::{
    self, CostLimitExceeded as Cost, GraphqlParseFailed as Parse, GraphqlValidationFailed as Invalid,
    QueryTooLarge as Large,
};

/// Why a document is refused under the published limits, if it is.
pub(super) fn verdict(text: &str) -> Option<Code> {
    check(text, &Limits::default()).err().map(|error| error.code)
}

/// `levels` fragments that each spread the next twice; the last exists or not.
pub(super) fn doubling(levels: usize, defined: bool) -> String {
    let mut text = String::from("{r{...F0}}");
    for level in 0..levels {
        write!(text, "fragment F{level} on T{{...F{0} ...F{0}}}", level + 1).unwrap();
    }
    if defined {
        write!(text, "fragment F{levels} on T{{a}}").unwrap();
    }
    text
}

/// Every limit that is only about size lifted, so that the nesting alone must hold.
fn only_nesting() -> Limits {
    Limits { query_bytes: usize::MAX, tokens: usize::MAX, ..Limits::default() }
}

/// The processor time of this thread, so that a loaded machine does not fail the tests. Only Linux tells.
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Asserts the code and that it took no time. The target is 50 ms; a debug build takes longer.
#[track_caller]
fn refused(name: &str, text: &str, limits: &Limits, code: Option<Code>) {
    let (start, before) = (Instant::now(), processor());
    let found = check(text, limits).err();
    let took = match (before, processor()) {
        (Some(before), Some(after)) => start.elapsed().min(after.saturating_sub(before)),
        _ => start.elapsed(),
    };
    println!("{took:>12.3?} {:>8} bytes  {name}", text.len());
    assert_eq!(found.as_ref().map(|error| error.code), code, "{name}");
    assert!(took < Duration::from_millis(500), "{name} took {took:?}");
    if let Some((zh, en)) = found.and_then(|error| error.detail) {
        assert!(zh.len() < 200 && en.len() < 200, "{name} is echoed");
    }
}

#[test]
fn nested_literals_never_reach_the_parser() {
    for (name, open, close) in [("[", "[", "]"), ("{a:", "{a:", "}"), ("mixed", "[{a:", "}]"), ("(", "(", ")")] {
        for count in [49, 64, 1_000, 20_000, 100_000] {
            for text in [
                format!("{{a(b:{}", open.repeat(count)),
                format!("{{a(b:{}1{})}}", open.repeat(count), close.repeat(count)),
                format!("query($v:T={}1{}){{a}}", open.repeat(count), close.repeat(count)),
                format!("{{a@d(b:{}1{})}}", open.repeat(count), close.repeat(count)),
            ] {
                refused(&format!("{count} x {name}"), &text, &Limits::default(), Some(Large));
                refused(&format!("{count} x {name}, nesting only"), &text, &only_nesting(), Some(Large));
            }
        }
    }
}

#[test]
fn nested_selections_and_types_never_reach_the_parser() {
    for count in [49, 1_000, 100_000] {
        for open in ["{a", "{...{", "{...on T", "{a:b(c:1)@d"] {
            refused(open, &open.repeat(count), &only_nesting(), Some(Large));
            refused(open, &(open.repeat(count) + "}".repeat(count).as_str()), &only_nesting(), Some(Large));
        }
        let text = format!("query($v:{}T{}){{a}}", "[".repeat(count), "]".repeat(count));
        refused("types", &text, &only_nesting(), Some(Large));
    }
}

#[test]
fn brackets_behind_a_block_string_are_seen_and_those_within_are_not() {
    for (prefix, code) in [
        (r#""""x""#, Parse),
        (r#""""\"""""#, Parse),
        (r#""""\"""""""#, Large),
        ("#\"\"\"\n", Large),
        ("\"\"\"x\"#\"\"\"\n", Large),
        ("\"\"\"", Parse),
    ] {
        let text = format!("{{a(b:[{prefix} {}", "[".repeat(50_000));
        refused(&format!("behind {prefix:?}"), &text, &only_nesting(), Some(code));
    }
}

#[test]
fn brackets_in_strings_and_comments_are_allowed() {
    let brackets = "[{(".repeat(20_000);
    let lax = only_nesting();
    for text in [
        format!("{{a(b:\"{brackets}\")}}"),
        format!("{{a(b:\"\\\"{brackets}\")}}"),
        format!("{{a(b:\"\"\"{brackets}\\\"\"\"\n{brackets}\"\"\")}}"),
        format!("#{brackets}\n{{a}}#{brackets}"),
        format!("{{a#\"{brackets}\r}}#\"\"\"{brackets}"),
    ] {
        refused("brackets in text", &text, &lax, None);
    }
}

#[test]
fn doubling_fragments_are_measured_not_expanded() {
    for levels in 1..=60 {
        let code = (levels > 9).then_some(Cost);
        refused(&format!("doubling {levels}"), &doubling(levels, true), &Limits::default(), code);
        refused(&format!("doubling {levels}, no leaf"), &doubling(levels, false), &Limits::default(), Some(Invalid));
    }
    refused("doubling 300", &doubling(300, true), &Limits::default(), Some(Cost));
    refused("doubling 1,000", &doubling(1_000, true), &only_nesting(), Some(Cost));
    let wide = doubling(200, true).replace("{...F1 ...F1}", &format!("{{{}}}", "...F1 ".repeat(500)));
    refused("500 spreads of doubling 200", &wide, &Limits::default(), Some(Cost));
    let unused = doubling(300, true).replace("{r{...F0}}", "{r}");
    refused("doubling that nothing uses", &unused, &Limits::default(), Some(Cost));
}

#[test]
fn long_chains_and_cycles_do_not_recurse() {
    let chain = |last: &str| {
        (0..5_000)
            .fold(String::from("{r{...F0}}"), |text, i| text + format!("fragment F{i} on T{{...F{}}}", i + 1).as_str())
            + format!("fragment F5000 on T{{{last}}}").as_str()
    };
    assert_eq!(verdict(&chain("a")), Some(Large));
    let cases = [("a", Some(Cost)), ("...F0", Some(Invalid)), ("...{...F7}", Some(Invalid)), ("...X", Some(Invalid))];
    let cases = cases.map(|(last, code)| (chain(last), code));
    // A frame for each fragment would not fit into this stack.
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(move || {
        let lax = only_nesting();
        cases.map(|(text, code)| assert_eq!(check(&text, &lax).err().map(|error| error.code), code))
    });
    thread.unwrap().join().expect("the stack sufficed");
}

#[test]
fn repetition_is_refused() {
    let default = Limits::default();
    let cases: [(&str, String, Code); 11] = [
        ("20,000 copies of a field", format!("{{{}}}", "a ".repeat(20_000)), Large),
        ("3,900 copies of a field", format!("{{r{{{}}}}}", "a ".repeat(3_900)), Cost),
        ("101 aliases", format!("{{{}}}", "a:b ".repeat(101)), Cost),
        ("1,300 aliases", format!("{{r{{{}}}}}", "a:b ".repeat(1_300)), Cost),
        ("5,000 aliases", format!("{{{}}}", "a:b ".repeat(5_000)), Large),
        ("10,000 directives", format!("{{a {}}}", "@a".repeat(10_000)), Large),
        ("1,900 directives", format!("{{a {}}}", "@a".repeat(1_900)), Cost),
        ("20,000 operations", "query A{a}".repeat(20_000), Large),
        ("700 operations", (0..700).fold(String::new(), |s, i| s + format!("query A{i}{{a}}").as_str()), Cost),
        ("20,000 variables", format!("query({}){{a}}", "$v:T".repeat(20_000)), Large),
        ("900 variables", format!("query({}){{a}}", "$v:T".repeat(900)), Cost),
    ];
    for (name, text, code) in cases {
        refused(name, &text, &default, Some(code));
    }
}

#[test]
fn size_alone_does_not_stall() {
    let default = Limits::default();
    let fill = |head: &str, unit: &str, tail: &str| {
        let room = (default.query_bytes - head.len() - tail.len()) / unit.len();
        format!("{head}{}{tail}", unit.repeat(room))
    };
    let cases = [
        ("20 MB", "a".repeat(20_000_000), Some(Large)),
        ("string", fill("{a(b:\"", "x", "\")}"), None),
        ("string of escapes", fill("{a(b:\"", "\\u7ec4", "\")}"), None),
        ("string without end", fill("{a(b:\"", "x", ""), Some(Parse)),
        ("block string", fill("{a(b:\"\"\"", "x", "\"\"\")}"), None),
        ("block string of lines", fill("{a(b:\"\"\"", " x\n", "\"\"\")}"), None),
        ("block string of escapes", fill("{a(b:\"\"\"", "\\\"\"\"", "\"\"\")}"), None),
        ("block string without end", fill("{a(b:\"\"\"", "x", ""), Some(Parse)),
        ("name", fill("{", "a", "}"), None),
        ("number", fill("{a(b:", "1", ")}"), Some(Parse)),
        ("exponent", fill("{a(b:1e", "9", ")}"), Some(Parse)),
        ("comment", fill("{a#", "x", "\n}"), None),
        ("comments", fill("{a", "#x\n", "}"), None),
        ("comments without end", fill(&"{a ".repeat(48), "#x\n", ""), Some(Parse)),
        ("commas", fill("{a", ",", "}"), None),
        ("byte order marks", fill("{a", "\u{feff}", "}"), None),
        ("quotes", fill("{a(b:[", "\"", ""), Some(Large)),
        ("backslashes", fill("{a(b:[\"\"\"", "\\", ""), Some(Parse)),
        ("escaped ends", fill("{a(b:[", "\\\"\"\"", ""), Some(Parse)),
        ("values", format!("{{a(b:[{}])}}", "1 ".repeat(3_990)), None),
        ("arguments", format!("{{a({})}}", "b:1 ".repeat(1_330)), None),
        ("literals run together", format!("{{a(b:[{}])}}", "null".repeat(15_000)), None),
        ("half inline fragments", format!("{{{}", "...on T@d(a:[1]){".repeat(40)), Some(Parse)),
    ];
    for (name, text, code) in cases {
        refused(name, &text, &default, code);
    }
}

#[test]
fn the_deepest_accepted_needs_little_stack() {
    // A worker of tokio has 2 MiB, of which our handlers use some.
    let deepest = Limits { nesting: usize::MAX, depth: usize::MAX, ..Limits::default() };
    let n = Limits::HIGHEST_NESTING;
    let texts = [
        format!("{{a(b:{}1{})}}", "[".repeat(n - 2), "]".repeat(n - 2)),
        format!("{{a(b:{}1{})}}", "{a:".repeat(n - 2), "}".repeat(n - 2)),
        "{a".repeat(n) + "}".repeat(n).as_str(),
        "{...".repeat(n - 1) + "{a" + "}".repeat(n).as_str(),
        format!("query($v:{}T{}){{a}}", "[".repeat(n - 1), "]".repeat(n - 1)),
    ];
    let thread = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(move || texts.map(|text| check(&text, &deepest).err().map(|error| error.detail)));
    assert_eq!(thread.unwrap().join().expect("the stack sufficed"), [const { None }; 5]);
}
