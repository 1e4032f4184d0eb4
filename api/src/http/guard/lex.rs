//! A document's tokens (GraphQL October 2021, 2.1), with their places, in one pass without recursion.

use async_graphql_parser::Pos;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Int,
    Float,
    String,
    BlockString,
    Spread,
    /// `! $ & ( ) : = @ [ ] { | }`.
    Punctuator(u8),
}

/// A token of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its bytes in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) pos: Pos,
}

/// What a pass found.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// The tokens, as many as there may be.
    pub(super) tokens: Vec<Token>,
    /// How many there are.
    pub(super) count: usize,
    /// The deepest nesting of `(`, `[` and `{` together.
    pub(super) nesting: usize,
    /// Where the pass came to its end.
    pub(super) end: Pos,
    /// Whether what stands there is no token.
    pub(super) broken: bool,
}

/// Divides a text into tokens. It goes on counting when there are more than `most`, and ends at the first place where
/// none begins.
pub(super) fn lex(text: &str, most: usize) -> Lexed {
    let mut lexer = Lexer { bytes: text.as_bytes(), at: 0, line: 1, line_start: 0, followers: 0 };
    let mut lexed = Lexed::default();
    let mut open = 0_usize;
    loop {
        lexer.pass_over_ignored();
        let (start, pos) = (lexer.at, lexer.pos());
        if start == text.len() {
            lexed.end = pos;
            return lexed;
        }
        let Some(kind) = lexer.token() else {
            (lexed.end, lexed.broken) = (pos, true);
            return lexed;
        };
        match kind {
            Kind::Punctuator(b'(' | b'[' | b'{') => {
                open += 1;
                lexed.nesting = lexed.nesting.max(open);
            }
            // The kinds need not match: the parser stops at the first that does not.
            Kind::Punctuator(b')' | b']' | b'}') => open = open.saturating_sub(1),
            _ => {}
        }
        if lexed.count < most {
            lexed.tokens.push(Token { kind, start, end: lexer.at, pos });
        }
        lexed.count += 1;
    }
}

struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    line: usize,
    /// Where the line begins.
    line_start: usize,
    /// Bytes of the line that are not the first of their character.
    followers: usize,
}

impl Lexer<'_> {
    /// Lines end with `\n`, `\r\n` or `\r`; columns count characters.
    fn pos(&self) -> Pos {
        Pos { line: self.line, column: self.at - self.line_start - self.followers + 1 }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Goes over a byte.
    fn pass(&mut self, byte: u8) {
        self.at += 1;
        match byte {
            b'\n' => self.new_line(),
            b'\r' if self.bytes.get(self.at) != Some(&b'\n') => self.new_line(),
            0x80..=0xBF => self.followers += 1,
            _ => {}
        }
    }

    fn new_line(&mut self) {
        self.line += 1;
        (self.line_start, self.followers) = (self.at, 0);
    }

    /// White space, line ends, commas, comments, byte order marks.
    fn pass_over_ignored(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b',' | b'\n' | b'\r' => self.pass(byte),
                b'#' => {
                    while let Some(&byte) = self.bytes.get(self.at)
                        && !matches!(byte, b'\n' | b'\r')
                    {
                        self.pass(byte);
                    }
                }
                0xEF if self.rest().starts_with("\u{feff}".as_bytes()) => {
                    self.at += 3;
                    self.followers += 2;
                }
                _ => return,
            }
        }
    }

    /// Goes over the token that begins here.
    fn token(&mut self) -> Option<Kind> {
        let byte = *self.bytes.get(self.at)?;
        match byte {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.at += 1;
                Some(Kind::Punctuator(byte))
            }
            b'.' => {
                self.at += self.rest().starts_with(b"...").then_some(3)?;
                Some(Kind::Spread)
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let of_name = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
                self.at += self.rest().iter().take_while(of_name).count();
                Some(Kind::Name)
            }
            b'-' | b'0'..=b'9' => self.number(),
            b'"' if self.rest().starts_with(b"\"\"\"") => self.block_string(),
            b'"' => self.string(),
            _ => None,
        }
    }

    /// A number; neither a digit, a point nor a name may follow it.
    fn number(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let byte = |at: usize| rest.get(at).copied().unwrap_or_default();
        let digits = |from: usize| rest.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
        let sign = usize::from(byte(0) == b'-');
        let whole = if byte(sign) == b'0' { 1 } else { digits(sign) };
        let mut end = (whole > 0).then_some(sign + whole)?;
        let mut kind = Kind::Int;
        if byte(end) == b'.' {
            let fraction = digits(end + 1);
            end += (fraction > 0).then_some(1 + fraction)?;
            kind = Kind::Float;
        }
        if matches!(byte(end), b'e' | b'E') {
            let mark = 1 + usize::from(matches!(byte(end + 1), b'+' | b'-'));
            let exponent = digits(end + mark);
            end += (exponent > 0).then_some(mark + exponent)?;
            kind = Kind::Float;
        }
        let follows = byte(end);
        if follows.is_ascii_alphanumeric() || matches!(follows, b'_' | b'.') {
            return None;
        }
        self.at += end;
        Some(kind)
    }

    /// A string on one line. Whether its escapes mean something, whoever reads its value finds out.
    fn string(&mut self) -> Option<Kind> {
        self.at += 1;
        loop {
            let byte = *self.bytes.get(self.at)?;
            match byte {
                b'"' => {
                    self.at += 1;
                    return Some(Kind::String);
                }
                b'\n' | b'\r' => return None,
                b'\\' if !matches!(self.bytes.get(self.at + 1)?, b'\n' | b'\r' | 0x80..) => self.at += 2,
                _ => self.pass(byte),
            }
        }
    }

    /// A string between `"""`, in which `\"""` ends nothing.
    fn block_string(&mut self) -> Option<Kind> {
        self.at += 3;
        loop {
            let rest = self.rest();
            let byte = *rest.first()?;
            if rest.starts_with(b"\"\"\"") {
                self.at += 3;
                return Some(Kind::BlockString);
            }
            if rest.starts_with(b"\\\"\"\"") { self.at += 4 } else { self.pass(byte) }
        }
    }
}
