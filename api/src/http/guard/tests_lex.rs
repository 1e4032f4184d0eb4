//! What is a token, what counts as nesting, and where things are.
#![allow(clippy::unwrap_used)]

use async_graphql_parser::Pos;

use super::lex::{Kind, lex};

/// So many tokens, so deep, and the text is divided to its end.
#[track_caller]
fn counts(text: &str, tokens: usize, nesting: usize) {
    let lexed = lex(text, usize::MAX);
    assert!(!lexed.broken, "{text:.80} breaks off at {:?}", lexed.end);
    assert_eq!((lexed.count, lexed.tokens.len(), lexed.nesting), (tokens, tokens, nesting), "{text:.80}");
}

/// No token begins at this place.
#[track_caller]
fn breaks(text: &str, line: usize, column: usize) {
    let lexed = lex(text, usize::MAX);
    assert_eq!((lexed.broken, lexed.end), (true, Pos { line, column }), "{text:.80}");
}

#[test]
fn counts_tokens() {
    counts("", 0, 0);
    counts(" \t\r\n,,, \u{feff}", 0, 0);
    counts("{a}", 3, 1);
    counts("\u{feff}query Q($v: [Int!]! = [1, -2.5e+3]) @d { a: b(c: $v) { ...F ... on T { _1 } } }", 40, 3);
    counts("a|b&c", 5, 0);
    counts("nullnulltrue nullable", 2, 0);
}

#[test]
fn counts_beyond_what_is_kept() {
    let lexed = lex("{a b c}", 2);
    assert_eq!((lexed.tokens.len(), lexed.count, lexed.broken), (2, 5, false));
}

#[test]
fn numbers_are_whole_or_none() {
    for text in ["0", "-0", "12.5", "1e9", "1E-7", "10203", "-1.5e+3", "1,1", "1-1"] {
        assert!(!lex(text, 9).broken, "{text}");
    }
    for text in ["00", "-", "--1", "1.", "1.5.5", "1e", "1.e5", "1a", "0xff", "1_", "1e5e", "-a", "1..."] {
        assert!(lex(text, 9).broken, "{text}");
    }
    assert_eq!(
        lex("1 1.0 1e1", 9).tokens.iter().map(|t| t.kind).collect::<Vec<_>>(),
        [Kind::Int, Kind::Float, Kind::Float]
    );
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
fn brackets_in_strings_are_text() {
    counts(r#""""#, 1, 0);
    counts(r#""[[[" {"#, 2, 1);
    counts(r#""a\"[[" ["#, 2, 1);
    counts(r#""a\\" ["#, 2, 1);
    counts(r#""\u005B[" ["#, 2, 1);
    counts("\"组工[\" [", 2, 1);
    counts("\"#\" [", 2, 1);
}

#[test]
fn brackets_in_block_strings_are_text() {
    counts(r#""""""" ["#, 2, 1);
    counts(r#""""[ " [[ "" [""" ["#, 2, 1);
    counts(r#""""[ \""" [""" ["#, 2, 1);
    counts(r#""""[ \\""" [[""" ["#, 2, 1);
    counts("\"\"\"[\n[\r\n[\"\"\" [", 2, 1);
}

#[test]
fn a_string_without_an_end_ends_the_pass() {
    for text in ["\"[[[\n[", "\"[[[\\\n[", "\"[[[\\", "\"", "\"\"\"x\"[[[", "\"\"\"\\\"\"\"[["] {
        breaks(text, 1, 1);
    }
    // A quote too many opens the next string.
    breaks(r#""""x"""" ["#, 1, 8);
}

#[test]
fn comments_end_with_their_line() {
    counts("# [[[ \" \"\"\"\n[", 1, 1);
    counts("# [[[\r[#[", 1, 1);
    counts("#", 0, 0);
}

#[test]
fn what_is_no_graphql_ends_the_pass() {
    breaks("a \0", 1, 3);
    breaks("a\n  组工", 2, 3);
    breaks("a...b....c", 1, 9);
    breaks("{a?}", 1, 3);
}

#[test]
fn places_count_lines_and_characters() {
    let places = |text| lex(text, 99).tokens.iter().map(|t| (t.pos.line, t.pos.column)).collect::<Vec<_>>();
    assert_eq!(places("{a\r\n b\n\rc\r d}"), [(1, 1), (1, 2), (2, 2), (4, 1), (5, 2), (5, 3)]);
    assert_eq!(places("\u{feff}a \"组工🙂\" b #组\n \"\"\"组\n工\"\"\" c"), [(1, 2), (1, 4), (1, 10), (2, 2), (3, 6)]);
    assert_eq!(lex("a\n bc ", 9).end, Pos { line: 2, column: 5 });
}
