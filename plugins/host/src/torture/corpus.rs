//! The attacks.

use super::{Attack, End};
use crate::{
    Code, Hook,
    guests::{Guest, NOTHING},
};

fn attack(name: &'static str, end: End, guest: &Guest<'_>) -> Attack {
    Attack { name, end, hook: guest.hook, data: guest.data, bytes: guest.bytes() }
}

fn main(body: &str) -> String {
    format!(r#"(func (export "run") (param $in i32) (result i32) {body})"#)
}

/// A validation that does this.
fn does(name: &'static str, code: Code, body: &str) -> Attack {
    attack(name, End::Ends(code), &Guest::of(Hook::Validate, &main(body)))
}

/// All attacks.
pub fn corpus() -> Vec<Attack> {
    let mut all = vec![];
    all.extend(processor());
    all.extend(memory());
    all.extend(traps());
    all.extend(outputs());
    all.extend(questions());
    all.extend(interfaces());
    all.extend(files());
    all
}

fn processor() -> Vec<Attack> {
    let forever = "(loop $l (br $l)) (unreachable)";
    let slow = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (loop $l (br $l)) (unreachable))"#;
    let at_start = format!("(func $s (loop $l (br $l))) (start $s) {NOTHING}");
    vec![
        does("endless-loop", Code::Timeout, forever),
        attack("endless-loop-at-start", End::Fails(Code::Timeout), &Guest::of(Hook::Validate, &at_start)),
        attack(
            "endless-realloc",
            End::Ends(Code::Timeout),
            &Guest { realloc: slow, ..Guest::of(Hook::Validate, NOTHING) },
        ),
        does(
            "endless-memory-fill",
            Code::Timeout,
            "(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 200000)) (br $l)) (unreachable)",
        ),
    ]
}

fn memory() -> Vec<Attack> {
    let grows = "(loop $l (drop (memory.grow (i32.const 16))) (br $l)) (unreachable)";
    let table = format!(
        "(table $t 1 funcref) {}",
        main("(loop $l (drop (table.grow $t (ref.null func) (i32.const 4000))) (br $l)) (unreachable)")
    );
    let thousand = format!("(core module $Mem (memory 1)) {}", "(core instance (instantiate $Mem))".repeat(1_000));
    let tables = format!("(core module $Tab (table 1 funcref)) {}", "(core instance (instantiate $Tab))".repeat(100));
    let nothing = Guest::of(Hook::Validate, NOTHING);
    vec![
        does("memory-bomb", Code::Memory, grows),
        attack("table-bomb", End::Ends(Code::Memory), &Guest::of(Hook::Validate, &table)),
        attack("memory-declared", End::Refused, &Guest { memory: "1000", ..nothing }),
        attack(
            "table-declared",
            End::Refused,
            &Guest::of(Hook::Validate, &format!("(table 1000000 funcref) {NOTHING}")),
        ),
        attack("thousand-memories", End::Refused, &Guest { besides: &thousand, ..nothing }),
        attack("hundred-tables", End::Refused, &Guest { besides: &tables, ..nothing }),
    ]
}

fn traps() -> Vec<Attack> {
    let deep = format!(
        "(func $f (param i64) (call $f (local.get 0)) (call $f (local.get 0))) {}",
        main("(call $f (i64.const 1)) (unreachable)")
    );
    let lies = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const -16))"#;
    vec![
        does("unreachable", Code::Trap, "(unreachable)"),
        does("divide-by-zero", Code::Trap, "(i32.div_u (i32.const 1) (i32.const 0))"),
        does("beyond-memory", Code::Trap, "(i32.load (i32.const -8))"),
        attack("stack-overflow", End::Ends(Code::Trap), &Guest::of(Hook::Validate, &deep)),
        attack(
            "lying-realloc",
            End::Ends(Code::Output),
            &Guest { realloc: lies, ..Guest::of(Hook::Validate, NOTHING) },
        ),
        attack(
            "trap-at-start",
            End::Fails(Code::Trap),
            &Guest::of(Hook::Validate, &format!("(func $s (unreachable)) (start $s) {NOTHING}")),
        ),
    ]
}

/// An answer of so many things at this address.
fn listed(at: i64, count: i64) -> String {
    format!(
        "(i32.store8 (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const {at}))
         (i32.store (i32.const 24) (i32.const {count})) (i32.const 16)"
    )
}

/// An answer of one problem whose message has this address and length.
fn message(at: i64, length: i64) -> String {
    format!(
        "(memory.fill (i32.const 64) (i32.const 0) (i32.const 32))
         (i32.store (i32.const 80) (i32.const {at})) (i32.store (i32.const 84) (i32.const {length})) {}",
        listed(64, 1)
    )
}

fn outputs() -> Vec<Attack> {
    let not_text = format!("(i32.store8 (i32.const 1000) (i32.const 255)) {}", message(1000, 1));
    let no_case = "(i32.store8 (i32.const 16) (i32.const 7)) (i32.const 16)";
    let few = main(&listed(64, 1));
    let many = main(&listed(65_536, 3_000_000));
    vec![
        does("ten-million-items-claimed", Code::Output, &listed(64, 10_000_000)),
        attack(
            "three-million-items",
            End::Ends(Code::Output),
            &Guest { memory: "500", ..Guest::of(Hook::Resolve, &many) },
        ),
        does("message-of-100-kib", Code::Output, &message(65_536, 100 * 1024)),
        does("not-utf-8", Code::Output, &not_text),
        does("lying-pointer", Code::Output, &message(0xffff_0000, 4096)),
        does("unaligned-pointer", Code::Output, "(i32.const 17)"),
        does("no-such-case", Code::Output, no_case),
        attack("fewer-values-than-parents", End::Ends(Code::Output), &Guest::of(Hook::Resolve, &few)),
    ]
}

fn questions() -> Vec<Attack> {
    let ask = |ids: u32| {
        format!("(call $get (i32.const 1000) (i32.const 4) (i32.const 2000) (i32.const {ids}) (i32.const 32))")
    };
    let flood = main(&format!("(loop $l {} (br $l)) (unreachable)", ask(1)));
    let rows = main(&format!("{} (unreachable)", ask(5_000)));
    // Hands on the refusal that it got.
    let denied = main(&format!(
        "{} (if (i32.eqz (i32.load8_u (i32.const 32))) (then unreachable))
             (i32.store8 (i32.const 16) (i32.const 1)) (i32.store8 (i32.const 20) (i32.load8_u (i32.const 36)))
             (i32.store (i32.const 24) (i32.load (i32.const 40))) (i32.store (i32.const 28) (i32.load (i32.const 44)))
             (i32.const 16)",
        ask(1)
    ));
    let writes = |length: u32| {
        let at = if length > 1_000 { 65_536 } else { 2_000 };
        format!("(call $write (i32.const 1) (i32.const {at}) (i32.const {length}) (i32.const 0) (i32.const 0))")
    };
    let log_flood = main(&format!("(loop $l {} (br $l)) (unreachable)", writes(1)));
    let long_line = main(&format!(
        "(memory.fill (i32.const 65536) (i32.const 27) (i32.const 1048576)) {} {}",
        writes(1_048_576),
        listed(64, 0)
    ));
    let resolve = |main| Guest { data: true, memory: "8", ..Guest::of(Hook::Resolve, main) };
    let pure = flood.clone();
    vec![
        attack("host-call-flood", End::Ends(Code::HostCalls), &resolve(&flood)),
        attack("five-thousand-rows", End::Ends(Code::HostCalls), &resolve(&rows)),
        attack("pure-hook-asks", End::Ends(Code::HostCalls), &Guest { hook: Hook::Validate, ..resolve(&pure) }),
        attack("not-granted", End::Ends(Code::Denied), &resolve(&denied)),
        attack("log-flood", End::Ends(Code::HostCalls), &Guest { log: true, ..Guest::of(Hook::Validate, &log_flood) }),
        attack(
            "log-line-of-1-mib",
            End::Answered,
            &Guest { log: true, memory: "20", ..Guest::of(Hook::Validate, &long_line) },
        ),
    ]
}

fn interfaces() -> Vec<Attack> {
    let nothing = Guest::of(Hook::Validate, NOTHING);
    let import = |text: &'static str| Guest { besides: text, ..nothing };
    let text = |name, text: &str| Attack {
        name,
        end: End::Refused,
        hook: Hook::Validate,
        data: false,
        bytes: wat::parse_str(text).map_err(|error| error.to_string()),
    };
    let undeclared = Guest { data: true, ..nothing };
    vec![
        attack("imports-sockets", End::Refused, &import(r#"(import "wasi:sockets/tcp@0.2.0" (instance))"#)),
        attack("imports-files", End::Refused, &import(r#"(import "wasi:filesystem/types@0.2.0" (instance))"#)),
        attack("imports-the-unknown", End::Refused, &import(r#"(import "zugong:plugin/secrets@1.0.0" (instance))"#)),
        attack("imports-a-later-version", End::Refused, &import(r#"(import "zugong:plugin/log@9.0.0" (instance))"#)),
        Attack { data: false, ..attack("imports-what-it-does-not-declare", End::Refused, &undeclared) },
        attack(
            "exports-the-unknown",
            End::Refused,
            &import(r#"(instance $e) (export "zugong:plugin/root@1.0.0" (instance $e))"#),
        ),
        Attack { hook: Hook::Score, ..attack("exports-another-hook", End::Refused, &nothing) },
        text("exports-nothing", "(component)"),
        text(
            "exports-another-type",
            r#"(component (core module $M (func (export "run") (param i32) (result i32) (local.get 0)))
               (core instance $m (instantiate $M))
               (func $run (param "ctx" u32) (result u32) (canon lift (core func $m "run")))
               (instance $i (export "run" (func $run))) (export "zugong:plugin/validate@1.0.0" (instance $i)))"#,
        ),
        attack("asks-for-a-core-module", End::Refused, &import(r#"(import "module" (core module $X))"#)),
    ]
}

fn files() -> Vec<Attack> {
    let file =
        |name, bytes: Vec<u8>| Attack { name, end: End::Refused, hook: Hook::Validate, data: false, bytes: Ok(bytes) };
    let mut cut = Guest::of(Hook::Validate, NOTHING).bytes().unwrap_or_default();
    cut.truncate(cut.len() / 2);
    let mut large = b"\0asm\x0d\0\x01\0".to_vec();
    large.resize(crate::MAX_COMPONENT + 1, 0);
    vec![
        file("not-webassembly", b"#!/bin/sh\necho".to_vec()),
        file("text-form", Guest::of(Hook::Validate, NOTHING).text().into_bytes()),
        file("core-module", b"\0asm\x01\0\0\0".to_vec()),
        file("precompiled", b"\x7fELF\x02\x01\x01\0".to_vec()),
        file("cut-in-half", cut),
        file("too-large", large),
        file("empty", vec![]),
    ]
}
