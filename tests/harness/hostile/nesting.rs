//! Brackets in brackets, closed and unclosed, where the parser recurses; and where they are but text.

use super::{COST, Comes, Hostile, LARGE, PARSE, document};

pub fn all() -> Vec<Hostile> {
    [literals(), selections(), types(), harmless()].into_iter().flatten().collect()
}

fn literals() -> Vec<Hostile> {
    let mut out = vec![];
    for (open, close) in [("[", "]"), ("{a:", "}"), ("[{a:", "}]"), ("(", ")")] {
        for n in [64, 200, 2_000, 20_000, 100_000] {
            let (deep, undone) = (open.repeat(n), close.repeat(n));
            for (place, text) in [
                ("argument, unclosed", format!("{{units(where:{deep}")),
                ("argument", format!("{{units(where:{deep}1{undone}){{nodes{{id}}}}}}")),
                ("default of a variable", format!("query($v:UnitWhere={deep}1{undone}){{__typename}}")),
                ("argument of a directive", format!("{{__typename@skip(if:{deep}1{undone})}}")),
                ("directive of a variable", format!("query($v:Int@d(a:{deep}1{undone})){{__typename}}")),
            ] {
                out.push(document(format!("{n} x {open} in an {place}"), text, LARGE));
            }
        }
    }
    out
}

fn selections() -> Vec<Hostile> {
    let mut out = vec![];
    for open in ["{units", "{...{", "{...on Query", "{units(first:1)@skip(if:false)", "{a:units"] {
        for n in [64, 1_000, 20_000] {
            out.push(document(format!("{n} x {open}, unclosed"), open.repeat(n), LARGE));
            out.push(document(format!("{n} x {open}"), open.repeat(n) + "}".repeat(n).as_str(), LARGE));
        }
    }
    // Within the lexical bound, beyond the depth.
    for n in 16..46 {
        let text = format!("{{{}__typename{}}}", "a{".repeat(n), "}".repeat(n));
        out.push(document(format!("{n} fields deep"), text, COST));
    }
    out
}

fn types() -> Vec<Hostile> {
    let list = |n: usize, close: usize| format!("query($v:{}Int{}){{__typename}}", "[".repeat(n), "]".repeat(close));
    let mut out = vec![];
    for n in [64, 1_000, 20_000] {
        out.push(document(format!("a type of {n} lists"), list(n, n), LARGE));
        out.push(document(format!("a type of {n} lists, unclosed"), list(n, 0), LARGE));
    }
    // No token begins at a string without an end, and nothing after it is read.
    let text = format!("{{units(after:[\"\"\"x\" {}", "[".repeat(30_000));
    out.push(document("brackets behind an unclosed block string", text, PARSE));
    let text = format!("{{units(after:\"\n{}", "[".repeat(30_000));
    out.push(document("brackets behind an unclosed string", text, PARSE));
    let text = format!("{{units(after:\"\\\"\"{}", "[".repeat(30_000));
    out.push(document("brackets behind an escaped quote", text, LARGE));
    out
}

/// The same brackets where they mean nothing must not be refused.
fn harmless() -> Vec<Hostile> {
    let mut out = vec![];
    for open in ["[", "{", "(", "{a:[", "]", "}"] {
        for n in [64, 1_000, 10_000] {
            let deep = open.repeat(n);
            for (place, text) in [
                ("string", format!("{{units(after:\"{deep}\"){{nodes{{id}}}}}}")),
                ("block string", format!("{{units(after:\"\"\"{deep}\"\"\"){{nodes{{id}}}}}}")),
                ("comment", format!("{{__typename}}#{deep}")),
            ] {
                out.push(document(format!("{n} x {open} in a {place}"), text, Comes::Through));
            }
        }
    }
    out
}
