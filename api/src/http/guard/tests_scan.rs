//! What counts as a token and as nesting.
#![allow(clippy::unwrap_used)]

use super::scan::{Scanned, scan};

#[track_caller]
fn counts(text: &str, tokens: usize, nesting: usize) {
    assert_eq!(scan(text), Scanned { tokens, nesting }, "{text:.80}");
}

#[test]
fn counts_tokens() {
    counts("", 0, 0);
    counts(" \t\r\n,,, \u{feff}", 0, 0);
    counts("{a}", 3, 1);
    counts("\u{feff}query Q($v: [Int!]! = [1, -2.5e+3]) @d { a: b(c: $v) { ...F ... on T { _1 } } }", 40, 3);
    counts("...a....b", 5, 0);
    counts("a|b&c", 5, 0);
}

#[test]
fn counts_numbers_as_the_grammar_divides_them() {
    for (text, tokens) in [("0", 1), ("00", 2), ("-0", 1), ("1-1", 2), ("-", 1), ("--1", 2), ("12.5", 1), ("1.", 2)] {
        counts(text, tokens, 0);
    }
    for (text, tokens) in [("1.5.5", 3), ("1e9", 1), ("1e", 2), ("1E-7", 1), ("1.e5", 3), ("10203", 1)] {
        counts(text, tokens, 0);
    }
}

#[test]
fn counts_literals_that_the_grammar_runs_together() {
    counts("nullnulltrue", 3, 0);
    counts("null000", 4, 0);
    counts("nul", 1, 0);
    // The price: a field's name may count for two.
    counts("nullable", 2, 0);
    let document = async_graphql_parser::parse_query("{a(b:[nullnull])}").unwrap();
    assert!(format!("{document:?}").contains("[Null, Null]"), "the grammar has changed: simplify the scan");
}

#[test]
fn counts_brackets_of_all_kinds_together() {
    counts("{a(b:[{c:[1]}])}", 16, 5);
    counts("[[]][[[]]]", 10, 3);
    counts("]]]][[", 6, 2);
    counts("({[", 3, 3);
    counts("(]{}", 4, 1);
}

#[test]
fn skips_strings() {
    counts(r#""""#, 1, 0);
    counts(r#""[[[" {"#, 2, 1);
    counts(r#""a\"[[" ["#, 2, 1);
    counts(r#""a\\" ["#, 2, 1);
    counts(r#""\u005B[" ["#, 2, 1);
    counts("\"组工[\" [", 2, 1);
}

#[test]
fn skips_block_strings() {
    counts(r#""""""" ["#, 2, 1);
    counts(r#""""[ " [[ "" [""" ["#, 2, 1);
    counts(r#""""[ \""" [""" ["#, 2, 1);
    counts(r#""""[ \\""" [[""" ["#, 2, 1);
    counts("\"\"\"[\n[\r\n[\"\"\" [", 2, 1);
    // A quote too many opens the next string.
    counts(r#""""x"""" ["#, 2, 0);
}

#[test]
fn reads_an_unclosed_block_string_as_the_parser_does() {
    counts(r#""""x"[[["#, 5, 3);
    counts(r#""""""[[["#, 3, 0);
    counts(r#""""\"""[["#, 3, 0);
    let text = r#"{a(b:["""x"[1]])}"#;
    counts(text, 14, 4);
    let document = async_graphql_parser::parse_query(text).unwrap();
    assert!(format!("{document:?}").contains(r#"String("x")"#), "the grammar has changed: simplify the scan");
}

#[test]
fn an_unclosed_string_ends_with_its_line() {
    counts("\"[[[\n[", 2, 1);
    counts("\"[[[\\\n[", 2, 1);
    counts("\"[[[\\", 1, 0);
    counts("\"", 1, 0);
}

#[test]
fn skips_comments() {
    counts("# [[[ \" \"\"\"\n[", 1, 1);
    counts("# [[[\r[#[", 1, 1);
    counts("#", 0, 0);
    counts("\"#\" [", 2, 1);
}

#[test]
fn passes_over_what_is_no_graphql() {
    counts("\0\u{7f}\u{b}", 3, 0);
    counts("组工", 2, 0);
    counts("🙂[", 2, 1);
}
