//! Very many of one thing.

use super::{COST, Comes, Hostile, INVALID, LARGE, LARGE_OR_COST, document};

fn many(n: usize, make: impl Fn(usize) -> String) -> String {
    (0..n).map(make).collect::<Vec<_>>().join(" ")
}

pub fn all() -> Vec<Hostile> {
    [aliases(), directives(), copies(), definitions(), values()].into_iter().flatten().collect()
}

fn aliases() -> Vec<Hostile> {
    let mut out = vec![];
    for n in [31, 101, 500, 1_300, 5_000] {
        let below = |inner: String| format!("{{units{{nodes{{{inner}}}}}}}");
        out.push(document(format!("{n} aliases"), below(many(n, |i| format!("a{i}:id"))), LARGE_OR_COST));
        out.push(document(
            format!("{n} root aliases"),
            format!("{{{}}}", many(n, |i| format!("a{i}:__typename"))),
            LARGE_OR_COST,
        ));
        out.push(document(format!("{n} times one alias"), below(many(n, |_| "a:id".into())), LARGE_OR_COST));
        for parts in [2, 10] {
            let spreads = many(parts, |p| format!("...P{p}"));
            let each = n.div_ceil(parts);
            let fragments =
                many(parts, |p| format!("fragment P{p} on Unit{{{}}}", many(each, |i| format!("a{p}x{i}:id"))));
            out.push(document(
                format!("{n} aliases over {parts} fragments"),
                below(spreads) + fragments.as_str(),
                LARGE_OR_COST,
            ));
        }
        let again = format!("{}fragment A on Unit{{a:id b:id}}", below(many(n, |_| "...A".into())));
        out.push(document(format!("{n} spreads of two aliases"), again, LARGE_OR_COST));
        out.push(document(
            format!("{n} mutations"),
            format!("mutation{{{}}}", many(n, |i| format!("a{i}:__typename"))),
            LARGE_OR_COST,
        ));
    }
    out
}

fn directives() -> Vec<Hostile> {
    let mut out = vec![];
    for n in [51, 200, 1_000, 10_000] {
        for (kind, text) in [
            ("unknown directives", format!("{{__typename{}}}", "@a".repeat(n))),
            ("valid directives", format!("{{__typename{}}}", "@skip(if:false)".repeat(n))),
            ("directives of an operation", format!("query{}{{__typename}}", "@a".repeat(n))),
            ("directives of a fragment", format!("{{...F}}fragment F on Query{}{{__typename}}", "@a".repeat(n))),
            ("directives of a spread", format!("{{...F{}}}fragment F on Query{{__typename}}", "@a".repeat(n))),
            ("directives of a variable", format!("query($v:Int{}){{__typename}}", "@a".repeat(n))),
            ("directives of inline fragments", format!("{{{}}}", "...@include(if:true){__typename}".repeat(n))),
        ] {
            out.push(document(format!("{n} {kind}"), text, LARGE_OR_COST));
        }
    }
    for (n, comes) in [(1, INVALID), (5, INVALID), (6, COST), (50, COST)] {
        for (kind, word) in [("unknown", "@a"), ("repeated", "@skip(if:false)")] {
            // Nothing says that a directive that does nothing may not be repeated: it is answered, or it is invalid.
            let comes = if kind == "repeated" && n <= 5 { Comes::Either } else { comes };
            let text = format!("{{units{}{{nodes{{id}}}}}}", word.repeat(n));
            out.push(document(format!("{n} {kind} directives of a field"), text, comes));
        }
    }
    let apart = |n: usize| format!("{{units{{nodes{{{}}}}}}}", many(n, |_| "id@skip(if:false)".into()));
    out.push(document("50 fields with a directive each", apart(50), Comes::Through));
    for n in [51, 1_000, 3_000, 10_000] {
        out.push(document(format!("{n} fields with a directive each"), apart(n), LARGE_OR_COST));
    }
    out
}

fn copies() -> Vec<Hostile> {
    let below = |inner: String| format!("{{units{{nodes{{{inner}}}}}}}");
    let mut out = vec![];
    for n in [2_100, 3_900, 20_000] {
        out.push(document(format!("{n} copies of a field"), below("id ".repeat(n)), LARGE_OR_COST));
    }
    out.push(document("1,900 copies of a field", below("id ".repeat(1_900)), Comes::Through));
    // To merge fields of one name, sub-selections are compared in pairs.
    for n in [10, 100, 400] {
        let clash = many(n, |i| format!("units{{nodes{{a:id parent{{x{i}:name}}}}}}"));
        out.push(document(format!("{n} sub-selections of one field"), format!("{{{clash}}}"), Comes::Either));
        let nested = format!("{{units{{nodes{{{}}}}}}}", many(n, |i| format!("parent{{parent{{parent{{b{i}:id}}}}}}")));
        out.push(document(format!("{n} deep sub-selections of one field"), nested, Comes::Either));
        let fields = below(many(n, |i| format!("a:{}", ["id", "name", "code"][i % 3])));
        out.push(document(format!("{n} contradictions of one alias"), fields, Comes::Either));
    }
    out
}

fn definitions() -> Vec<Hostile> {
    let mut out = vec![];
    for n in [11, 100, 700, 20_000] {
        let named = many(n, |i| format!("query Q{i}{{__typename}}"));
        out.push(document(format!("{n} operations"), named, LARGE_OR_COST));
        let mixed = many(n, |i| format!("{} Q{i}{{__typename}}", ["query", "mutation", "subscription"][i % 3]));
        out.push(document(format!("{n} operations of three kinds"), mixed, LARGE_OR_COST));
        let anonymous = "{__typename}".repeat(n);
        out.push(document(format!("{n} operations without a name"), anonymous, Comes::To(super::REFUSALS)));
        let same = "query Q{__typename}".repeat(n);
        out.push(document(format!("{n} operations of one name"), same, Comes::To(super::REFUSALS)));
    }
    for n in [101, 500, 900, 20_000] {
        let declared = many(n, |i| format!("$v{i}:Int"));
        out.push(document(format!("{n} variables"), format!("query({declared}){{__typename}}"), LARGE_OR_COST));
        let same = "$v:Int ".repeat(n);
        out.push(document(format!("{n} variables of one name"), format!("query({same}){{__typename}}"), LARGE_OR_COST));
    }
    out
}

fn values() -> Vec<Hostile> {
    let mut out = vec![];
    let list = |n: usize| format!("{{units(where:{{code:{{in:[{}]}}}}){{nodes{{id}}}}}}", "\"x\" ".repeat(n));
    for n in [1_001, 3_900] {
        out.push(document(format!("a list of {n} values"), list(n), Comes::Either));
    }
    out.push(document("a list of 20,000 values", list(20_000), LARGE));
    for n in [2, 100, 1_300] {
        let text = format!("{{units({}){{nodes{{id}}}}}}", "first:1 ".repeat(n));
        out.push(document(format!("{n} arguments of one name"), text, Comes::Either));
        let text = format!("{{units(where:{{{}}}){{nodes{{id}}}}}}", many(n, |i| format!("k{i}:1")));
        out.push(document(format!("{n} unknown fields of an input"), text, INVALID));
        let text = format!("{{units(where:{{or:[{}]}}){{nodes{{id}}}}}}", "{code:{eq:\"x\"}} ".repeat(n.min(400)));
        out.push(document(format!("{n} alternatives"), text, Comes::Either));
        let text = format!("{{{}}}", many(n, |i| format!("unknown{i}")));
        let comes = if n <= 20 { INVALID } else { COST };
        out.push(document(format!("{n} unknown fields"), text, comes));
        let text = format!("{{units{{nodes{{{}}}}}}}", many(n, |i| format!("unknown{i}")));
        out.push(document(format!("{n} unknown fields below"), text, INVALID));
    }
    out
}
