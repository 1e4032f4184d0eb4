//! Fragments that multiply, that lead in circles, or to nothing.

use std::fmt::Write;

use super::{COST, Comes, Hostile, INVALID, LARGE, LARGE_OR_COST, document};

pub fn all() -> Vec<Hostile> {
    [multiplying(), ladders(), circles(), chains()].into_iter().flatten().collect()
}

/// `levels` fragments, each of which spreads the next `times` times.
fn tower(levels: usize, times: usize, last: &str) -> String {
    let mut text = String::from("{...F0}");
    for level in 0..levels {
        let spreads = format!("...F{} ", level + 1).repeat(times);
        write!(text, "fragment F{level} on Query{{{spreads}}}").unwrap();
    }
    if !last.is_empty() {
        write!(text, "fragment F{levels} on Query{{{last}}}").unwrap();
    }
    text
}

fn multiplying() -> Vec<Hostile> {
    let mut out = vec![];
    for levels in 1..=60 {
        // Sixteen root fields are allowed, thirty-two are not.
        let comes = if levels <= 4 { Comes::Through } else { COST };
        out.push(document(format!("doubling {levels} times"), tower(levels, 2, "__typename"), comes));
        out.push(document(format!("doubling {levels} times to nothing"), tower(levels, 2, ""), INVALID));
    }
    for levels in [3, 5, 10, 20, 40] {
        out.push(document(format!("trebling {levels} times"), tower(levels, 3, "__typename"), COST));
        let inner = tower(levels, 2, "__typename").replace("...F", "...@skip(if:false){...F").replace(' ', "} ");
        // Every spread is wrapped, so that the brackets no longer pair up: it must fail, soon.
        out.push(document(format!("doubling {levels} times in broken brackets"), inner, Comes::Either));
    }
    out
}

fn ladders() -> Vec<Hostile> {
    let mut out = vec![];
    for (spreads, levels) in [(100, 10), (10, 100), (50, 20), (30, 30)] {
        let name = format!("{spreads} spreads on {levels} levels");
        out.push(document(&*name, tower(levels, spreads, "__typename"), LARGE_OR_COST));
        out.push(document(format!("{name} to nothing"), tower(levels, spreads, ""), Comes::Either));
    }
    let wide = format!("{{{}}}fragment A on Query{{__typename}}", "...A ".repeat(1_900));
    out.push(document("one fragment spread 1,900 times", wide, COST));
    let nested = format!(
        "{{...A}}fragment A on Query{{{}}}fragment B on Query{{{}}}",
        "...{...{...B}}".repeat(200),
        "...{__typename}".repeat(200)
    );
    out.push(document("spreads inside inline fragments", nested, COST));
    out
}

fn circles() -> Vec<Hostile> {
    let ring = |n: usize| {
        let links: String = (0..n).map(|i| format!("fragment R{i} on Query{{...R{}}}", (i + 1) % n)).collect();
        format!("{{...R0}}{links}")
    };
    let mut out: Vec<Hostile> = [
        "{...A} fragment A on Query{...A}",
        "{...A} fragment A on Query{...B} fragment B on Query{...A}",
        "{...A} fragment A on Query{...on Query{...{...A}}}",
        "{...A} fragment A on Query{...{...B}} fragment B on Query{...on Query{...A}}",
        "{__typename} fragment A on Query{units{nodes{...B}}} fragment B on Unit{parent{...B}}",
        "{__typename ...A} fragment A on Query{__typename ...A @skip(if:true)}",
        "{...A} fragment A on Query{__typename ...A @include(if:false)}",
        "query Q{...A} mutation M{...A} fragment A on Query{...A}",
        "{units{nodes{...U}}} fragment U on Unit{parent{...U}}",
        "{units{nodes{...U}}} fragment U on Unit{children{nodes{...V}}} fragment V on Unit{parent{...U}}",
        "subscription{...A} fragment A on Subscription{...A}",
    ]
    .iter()
    .map(|text| document(format!("circle: {text}"), (*text).into(), INVALID))
    .collect();
    for n in [2, 3, 10, 100, 500] {
        out.push(document(
            format!("a ring of {n}"),
            ring(n),
            Comes::To(&["GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_LARGE"]),
        ));
    }
    out
}

fn chains() -> Vec<Hostile> {
    let mut out = vec![];
    for n in [10, 100, 440, 900] {
        out.push(document(format!("a chain of {n} to nothing"), tower(n, 1, ""), Comes::Either));
        out.push(document(format!("a chain of {n}"), tower(n, 1, "__typename"), Comes::Either));
    }
    let unused: String = (0..380).map(|i| format!("fragment U{i} on Query{{__typename}}")).collect();
    out.push(document("380 unused fragments", format!("{{__typename}}{unused}"), INVALID));
    let same = "fragment S on Query{__typename}".repeat(300);
    out.push(document("300 fragments of one name", format!("{{...S}}{same}"), Comes::Either));
    let large = "fragment S on Query{__typename}".repeat(3_000);
    out.push(document("3,000 fragments of one name", large, LARGE));
    out.push(document("nothing but a fragment", "fragment A on Query{__typename}".into(), Comes::Either));
    out
}
