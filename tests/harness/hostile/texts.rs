//! Strings, numbers, characters and JSON at the edge of what they may be.

use super::{Comes, Hostile, INPUT, LARGE, PARSE, REFUSALS, bytes, document};

pub fn documents() -> Vec<Hostile> {
    let in_argument = |value: &str| format!("{{units(after:{value}){{nodes{{id}}}}}}");
    let mut out = vec![];
    for n in [1_000, 60_000] {
        out.push(document(format!("a string of {n}"), in_argument(&format!("\"{}\"", "x".repeat(n))), Comes::Through));
        let block = in_argument(&format!("\"\"\"{}\"\"\"", " x\n".repeat(n / 3)));
        out.push(document(format!("a block string of {n}"), block, Comes::Through));
        out.push(document(format!("a name of {n}"), format!("{{{}}}", "a".repeat(n)), Comes::To(REFUSALS)));
        out.push(document(format!("a number of {n} digits"), in_argument(&"9".repeat(n)), Comes::To(REFUSALS)));
        out.push(document(format!("{n} commas"), format!("{{__typename{}}}", ",".repeat(n)), Comes::Through));
        out.push(document(
            format!("{n} byte order marks"),
            format!("{{__typename{}}}", "\u{feff}".repeat(n / 3)),
            Comes::Either,
        ));
        out.push(document(format!("a comment of {n}"), format!("{{__typename}}#{}", "x".repeat(n)), Comes::Through));
        out.push(document(format!("{n} quotes"), in_argument(&"\"".repeat(n)), Comes::To(REFUSALS)));
        out.push(document(format!("{n} backslashes"), in_argument(&"\\".repeat(n)), Comes::To(REFUSALS)));
        out.push(document(
            format!("{n} bangs"),
            format!("query($v:Int{}){{__typename}}", "!".repeat(n)),
            Comes::To(REFUSALS),
        ));
    }
    for n in [70_000, 250_000] {
        out.push(document(format!("a string of {n}"), in_argument(&format!("\"{}\"", "x".repeat(n))), LARGE));
    }
    for (name, text) in [
        ("nothing", ""),
        ("white space", " \t\r\n,,,"),
        ("a comment", "# nothing"),
        ("a byte order mark", "\u{feff}"),
        ("a bracket", "{"),
        ("an empty selection", "{}"),
        ("empty arguments", "{units(){nodes{id}}}"),
        ("a null character", "{__typename\u{0}}"),
        ("a bell", "{__typename\u{7}}"),
        ("a delete", "{__typename\u{7f}}"),
        ("a Chinese name", "{组工}"),
        ("an emoji", "{🙂}"),
        ("a full-width bracket", "｛__typename｝"),
        ("a zero-width space", "{__type\u{200b}name}"),
        ("a right-to-left override", "{\u{202e}__typename}"),
        ("a non-breaking space", "{\u{a0}__typename}"),
        ("a line separator", "{\u{2028}__typename}"),
        ("two ats", "{__typename@@a}"),
        ("four dots", "{....A}"),
        ("a spread of nothing", "{...}"),
        ("an alias of nothing", "{a:}"),
        ("a schema definition", "type Query{a:Int}"),
        ("an extension", "extend type Query{a:Int}"),
        ("an unclosed string", "{units(after:\"x){nodes{id}}}"),
        ("an unclosed block string", "{units(after:\"\"\"x){nodes{id}}}"),
        ("a bad escape", "{units(after:\"\\x\"){nodes{id}}}"),
        ("half an escape", "{units(after:\"\\u12\"){nodes{id}}}"),
        ("empty variables", "query(){__typename}"),
        ("a fragment called on", "{__typename} fragment on on Query{__typename}"),
        ("a variable in a constant", "query($v:Int=$w){__typename}"),
        ("a shell", "$(reboot)"),
        ("SQL", "'; drop table tenant; --"),
        ("HTML", "<script>alert(1)</script>"),
    ] {
        out.push(document(format!("document: {name}"), text.into(), PARSE));
    }
    let text = "query query{query:__typename} fragment fragment on Query{__typename}";
    out.push(document("document: keywords as names", text.into(), Comes::Either));
    for (name, value) in [
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("1e-400", "1e-400"),
        ("a long fraction", "0.1111111111111111111111111111111111111111111111111"),
        ("minus nought", "-0"),
        ("a leading nought", "007"),
        ("2^31", "2147483648"),
        ("2^63", "9223372036854775808"),
        ("2^64", "18446744073709551616"),
        ("2^128", "340282366920938463463374607431768211456"),
        ("hexadecimal", "0xff"),
        ("NaN", "NaN"),
        ("infinity", "Infinity"),
        ("null", "null"),
        ("a high surrogate", "\"\\uD800\""),
        ("a low surrogate", "\"\\uDC00\""),
        ("surrogates the wrong way round", "\"\\uDC00\\uD800\""),
        ("a pair of surrogates", "\"\\uD83D\\uDE42\""),
        ("beyond Unicode", "\"\\u{110000}\""),
        ("a long code point", "\"\\u{1F642}\""),
        ("an escaped null", "\"\\u0000\""),
        ("a null", "\"\u{0}\""),
        ("a private character", "\"\u{e000}\u{10ffff}\""),
    ] {
        for argument in ["first", "after"] {
            let text = format!("{{units({argument}:{value}){{nodes{{id}}}}}}");
            out.push(document(format!("{argument}: {name}"), text, Comes::Either));
        }
    }
    out
}

pub fn bodies() -> Vec<Hostile> {
    let with = |variables: &str| format!("{{\"query\":\"{{__typename}}\",\"variables\":{variables}}}");
    let mut out = vec![];
    for n in [1, 100, 124] {
        let deep = format!("{{\"v\":{}1{}}}", "[".repeat(n), "]".repeat(n));
        out.push(bytes(format!("variables {n} deep"), with(&deep), Comes::Through));
    }
    for n in [129, 1_000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let name = format!("variables of {n} x {open}");
            let deep = format!("{{\"v\":{}1{}}}", open.repeat(n), close.repeat(n));
            // What no operation declares is not read, as long as the body is not too large.
            let comes = if deep.len() < 256 * 1024 { Comes::Through } else { LARGE };
            out.push(bytes(&*name, with(&deep), comes));
            let declared = with(&deep).replace("{__typename}", "query($v:Boolean!){__typename @skip(if:$v)}");
            out.push(bytes(format!("{name}, declared"), declared, Comes::To(REFUSALS)));
            out.push(bytes(
                format!("{name}, unclosed"),
                with(&format!("{{\"v\":{}", open.repeat(n))),
                Comes::To(REFUSALS),
            ));
            let extensions = format!("{{\"query\":\"{{__typename}}\",\"extensions\":{{\"v\":{}", open.repeat(n));
            out.push(bytes(format!("extensions of {n} x {open}"), extensions, Comes::To(REFUSALS)));
        }
    }
    for (name, value) in [
        ("1e400", "1e400"),
        ("a number of 10,000 digits", &*"9".repeat(10_000)),
        ("a fraction of 10,000 digits", &*format!("0.{}", "1".repeat(10_000))),
        ("an exponent of 1,000 digits", &*format!("1e{}", "9".repeat(1_000))),
        ("2^64", "18446744073709551616"),
        ("NaN", "NaN"),
        ("a lone surrogate", "\"\\ud800\""),
        ("an escaped null", "\"\\u0000\""),
        ("a key twice", "1,\"v\":2"),
        ("50,000 values", &*format!("[{}1]", "1,".repeat(50_000))),
        ("20,000 keys", &*format!("{{{}\"z\":1}}", (0..20_000).map(|i| format!("\"k{i}\":1,")).collect::<String>())),
        ("a key of 100,000", &*format!("{{\"{}\":1}}", "k".repeat(100_000))),
    ] {
        out.push(bytes(format!("variable: {name}"), with(&format!("{{\"v\":{value}}}")), Comes::Either));
    }
    for (name, body) in [
        ("empty", &b""[..]),
        ("a bracket", b"{"),
        ("a list", b"[]"),
        ("a list of requests", b"[{\"query\":\"{__typename}\"},{\"query\":\"{__typename}\"}]"),
        ("text", b"\"{__typename}\""),
        ("two objects", b"{\"query\":\"{__typename}\"}{\"query\":\"{__typename}\"}"),
        ("query twice", b"{\"query\":\"{__typename}\",\"query\":\"{__typename}\"}"),
        ("a lone surrogate", b"{\"query\":\"{__typename}\\ud800\"}"),
        ("a byte order mark", b"\xef\xbb\xbf{\"query\":\"{__typename}\"}"),
        ("UTF-16", b"\xff\xfe{\0\"\0q\0"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        ("an overlong null", b"{\"query\":\"{__typename}\xc0\x80\"}"),
        ("a lone continuation", b"{\"query\":\"{__typename}\x80\"}"),
        ("half a character", b"{\"query\":\"{__typename}\xe4\xbd\"}"),
        ("an encoded surrogate", b"{\"query\":\"{__typename}\xed\xa0\x80\"}"),
        ("beyond Unicode", b"{\"query\":\"{__typename}\xf4\x90\x80\x80\"}"),
        ("five bytes", b"{\"query\":\"{__typename}\xf8\x88\x80\x80\x80\"}"),
        ("a null byte", b"{\"query\":\"{__typename}\0\"}"),
        ("a comment", b"{\"query\":\"{__typename}\"/**/}"),
        ("a trailing comma", b"{\"query\":\"{__typename}\",}"),
        ("single quotes", b"{'query':'{__typename}'}"),
    ] {
        out.push(bytes(format!("body: {name}"), body, INPUT));
    }
    for n in [262_145, 300_000] {
        out.push(bytes(format!("a body of {n} bytes"), vec![b' '; n], LARGE));
    }
    let name = format!("{{\"query\":\"{{__typename}}\",\"operationName\":\"{}\"}}", "N".repeat(200_000));
    out.push(bytes("an operation name of 200,000", name, INPUT));
    out.push(bytes("no query", "{\"variables\":{}}", INPUT));
    out
}
