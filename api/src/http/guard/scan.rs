//! One pass over the bytes before the parser sees them: how many tokens, how deep the brackets.
//!
//! It need not tell good documents from bad ones, but it must never see *less* nesting than the parser
//! would recurse into. It therefore reads strings and comments exactly as the parser's grammar does,
//! including where that grammar is laxer than the specification; each such place is marked.

/// What a pass found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Tokens; white space, commas, comments and byte order marks are none.
    pub tokens: usize,
    /// The deepest nesting of `(`, `[` and `{` together.
    pub nesting: usize,
}

/// Words the grammar takes for a value without looking at what follows them.
const LITERALS: [&[u8]; 3] = [b"null", b"true", b"false"];

/// Counts tokens and nesting in one pass, without recursion.
pub(super) fn scan(text: &str) -> Scanned {
    let bytes = text.as_bytes();
    let mut seen = Scanned::default();
    let mut open = 0_usize;
    let mut blocks_close = true;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..)
        && let Some(&byte) = rest.first()
    {
        let (length, tokens) = match byte {
            b' ' | b'\t' | b',' | b'\n' | b'\r' => (1, 0),
            b'#' => (rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len()), 0),
            b'"' => (string(rest, &mut blocks_close), 1),
            b'(' | b'[' | b'{' => {
                open += 1;
                seen.nesting = seen.nesting.max(open);
                (1, 1)
            }
            // The kinds need not match: the parser stops at the first that does not.
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                (1, 1)
            }
            b'.' => (if rest.starts_with(b"...") { 3 } else { 1 }, 1),
            b'-' | b'0'..=b'9' => (number(rest), 1),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => (word(rest), 1),
            0xEF if rest.starts_with("\u{feff}".as_bytes()) => (3, 0),
            // The later bytes of a character that was counted at its first.
            0x80..=0xBF => (1, 0),
            // Punctuators, and what is no GraphQL at all: the parser will say so.
            _ => (1, 1),
        };
        seen.tokens += tokens;
        at += length;
    }
    seen
}

/// The length of the string that begins here.
///
/// The grammar falls back from a block string without an end to an empty string and whatever comes
/// after it, so that brackets behind an unclosed `"""` do reach the parser. An end that is not found
/// once cannot be found from a later start either; remembering that keeps the pass linear.
fn string(rest: &[u8], blocks_close: &mut bool) -> usize {
    if !rest.starts_with(b"\"\"\"") {
        return plain_string(rest);
    }
    if *blocks_close && let Some(length) = block_string(rest) {
        return length;
    }
    *blocks_close = false;
    2
}

/// The length of a block string with both its ends, if it has an end.
fn block_string(rest: &[u8]) -> Option<usize> {
    let mut at = 3;
    loop {
        let ahead = rest.get(at..)?;
        if ahead.starts_with(b"\"\"\"") {
            return Some(at + 3);
        }
        at += match ahead.first()? {
            b'\\' if ahead.starts_with(b"\\\"\"\"") => 4,
            _ => 1,
        };
    }
}

/// The length of a string on one line; without an end it reaches to the end of the line, beyond which
/// the parser does not get.
fn plain_string(rest: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match (rest.get(at), rest.get(at + 1)) {
            (None, _) => return rest.len(),
            (Some(b'\n' | b'\r'), _) => return at,
            (Some(b'"'), _) => return at + 1,
            (Some(b'\\'), Some(b'"' | b'\\')) => at += 2,
            _ => at += 1,
        }
    }
}

/// The length of a number, as strict as the grammar: `00` and `1-1` are two numbers each, of which a
/// list takes any number without a separator.
fn number(rest: &[u8]) -> usize {
    let digits = |from: usize| rest.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(rest.first() == Some(&b'-'));
    let whole = if rest.get(sign) == Some(&b'0') { 1 } else { digits(sign) };
    if whole == 0 {
        return sign;
    }
    let mut end = sign + whole;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        end += if fraction > 0 { 1 + fraction } else { 0 };
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let mark = 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + mark);
        end += if exponent > 0 { mark + exponent } else { 0 };
    }
    end
}

/// The length of a name. `nullnull` is two values to the grammar where a value is meant; it is two
/// tokens here wherever it stands, which overcounts a field `nullable` by one and undercounts nothing.
fn word(rest: &[u8]) -> usize {
    match LITERALS.iter().find(|literal| rest.starts_with(literal)) {
        Some(literal) => literal.len(),
        None => rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count(),
    }
}
