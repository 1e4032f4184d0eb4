//! What strings of a document mean (GraphQL October 2021, 2.9.4).

/// The value of a string, given what stands between its quotes; `None` if an escape means nothing. Besides the escapes
/// of that edition `\u{…}` and pairs of surrogates are read, as later ones have them.
pub(super) fn string(raw: &str) -> Option<String> {
    if !raw.contains('\\') {
        return Some(raw.to_string());
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, escape)) = rest.split_once('\\') {
        value.push_str(before);
        let mut letters = escape.chars();
        value.push(match letters.next()? {
            letter @ ('"' | '\\' | '/') => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (letter, after) = unicode(letters.as_str())?;
                letters = after.chars();
                letter
            }
            _ => return None,
        });
        rest = letters.as_str();
    }
    value.push_str(rest);
    Some(value)
}

/// The character whose number follows `\u`, and what comes after it.
fn unicode(text: &str) -> Option<(char, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        let (digits, rest) = braced.split_once('}')?;
        return Some((char::from_u32(hex(digits)?)?, rest));
    }
    let (first, rest) = text.split_at_checked(4)?;
    let first = hex(first)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, rest));
    }
    let (second, rest) = rest.strip_prefix("\\u")?.split_at_checked(4)?;
    let low = hex(second)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)?, rest))
}

fn hex(digits: &str) -> Option<u32> {
    // A sign, which the standard library takes, is no digit.
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// The value of a block string, given what stands between its quotes: without the indent that its lines share and
/// without blank lines at its ends.
pub(super) fn block(raw: &str) -> String {
    let blank = |line: &str| line.bytes().all(|b| matches!(b, b' ' | b'\t'));
    let lines: Vec<&str> = raw.split("\r\n").flat_map(|part| part.split(['\n', '\r'])).collect();
    let indent = |line: &&str| line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let shared = lines.iter().skip(1).filter(|line| !blank(line)).map(indent).min().unwrap_or(0);
    let from = lines.iter().position(|line| !blank(line)).unwrap_or(lines.len());
    let to = lines.iter().rposition(|line| !blank(line)).map_or(from, |last| last + 1);
    let mut value = String::with_capacity(raw.len());
    for (number, line) in lines.iter().enumerate().take(to).skip(from) {
        if number > from {
            value.push('\n');
        }
        value.push_str(if number == 0 { line } else { line.get(shared..).unwrap_or_default() });
    }
    if value.contains("\\\"\"\"") { value.replace("\\\"\"\"", "\"\"\"") } else { value }
}

#[cfg(test)]
mod tests {
    use super::{block, string};

    #[test]
    fn escapes_are_read() {
        let read = |raw| string(raw).unwrap_or_else(|| "nothing".into());
        assert_eq!(read(r#"a\"\\\/\b\f\n\r\t组\u7ec4z"#), "a\"\\/\u{8}\u{c}\n\r\t组组z");
        assert_eq!(read(r"\uD83D\uDE00 \u{1F600} \u{7ec4}"), "😀 😀 组");
        for wrong in [r"\x", r"\", r"\u12", r"\u+123", r"\uD83D", r"\uD83Dx", r"\uD83D\u0041", r"\uDE00", r"\u{}"] {
            assert_eq!(string(wrong), None, "{wrong}");
        }
        for wrong in [r"\u{110000}", r"\u{D800}", r"\u{12", r"\u组组"] {
            assert_eq!(string(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn block_strings_lose_their_indent() {
        for (raw, value) in [
            ("", ""),
            (" \r\n\n\t\r", ""),
            ("abc", "abc"),
            ("  abc", "  abc"),
            ("line 1\r\n   line 2\n     line 3\r    line 4", "line 1\nline 2\n  line 3\n line 4"),
            ("\r\r  some text\r\n \n \n ", "some text"),
            ("\n    a\n    b\n\n  \n    c\n", "a\nb\n\n\nc"),
            ("\n\t组\n\t\t工", "组\n\t工"),
            (r#"a\"""b\n"#, r#"a"""b\n"#),
        ] {
            assert_eq!(block(raw), value, "{raw:?}");
        }
    }
}
