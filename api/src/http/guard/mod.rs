//! What stands before the GraphQL engine: a document is divided into tokens, parsed once and measured, in this
//! order, and nothing that fails a step reaches the next.
//!
//! The order is the defence. The parser recurses on brackets, so that 4 KB of `[` would overflow its stack and abort
//! the process: `lex` bounds the nesting first. The engine's own limits expand fragments without memory, so that 1 KB
//! of doubling fragments costs hours: `document` bounds the expansion first. What comes out is handed on with
//! `Request::set_parsed_query`, unparsed again.

mod document;
mod lex;
mod parse;
mod strings;
#[cfg(test)]
mod tests_document;
#[cfg(test)]
mod tests_hostile;
#[cfg(test)]
mod tests_lex;
#[cfg(test)]
mod tests_random;

use async_graphql_parser::{Pos, types::ExecutableDocument};
use serde::Deserialize;

use crate::{
    graph::schema::NESTING,
    kernel::error::{ApiError, Code},
};

/// How large a request and its document may be. The defaults are the published contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request's body; the transport enforces it, as it alone sees the body.
    pub body_bytes: usize,
    /// Bytes of the document.
    pub query_bytes: usize,
    /// Lexical tokens of the document.
    pub tokens: usize,
    /// Nesting of brackets of any kind, and of selection sets with fragments expanded. Above
    /// [`Limits::HIGHEST_NESTING`] it counts as that.
    pub nesting: usize,
    /// Nesting of fields in an operation, introspection aside.
    pub depth: usize,
    /// Aliases in an operation, fragments expanded.
    pub aliases: usize,
    /// Root fields of a query or subscription, fragments expanded.
    pub root_fields: usize,
    /// Root fields of a mutation, fragments expanded.
    pub mutation_root_fields: usize,
    /// Fields, spreads and inline fragments of an operation, fragments expanded.
    pub selections: usize,
    /// Operations in the document.
    pub operations: usize,
    /// Directives written in the document.
    pub directives: usize,
    /// Directives at one place: on a field, a spread, an operation, a variable.
    pub directives_at_once: usize,
    /// Variables declared by an operation.
    pub variables: usize,
}

impl Limits {
    /// The nesting that no configuration exceeds: the parser and the engine recurse so deep.
    pub const HIGHEST_NESTING: usize = NESTING;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            query_bytes: 64 * 1024,
            tokens: 4_000,
            nesting: 48,
            depth: 15,
            aliases: 30,
            root_fields: 20,
            mutation_root_fields: 5,
            selections: 2_000,
            operations: 10,
            directives: 50,
            directives_at_once: 5,
            variables: 100,
        }
    }
}

/// A document that was parsed and found within the limits.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The document, for `Request::set_parsed_query`.
    pub document: ExecutableDocument,
}

/// Divides a document into tokens, parses and measures it.
///
/// # Errors
///
/// `QUERY_TOO_LARGE` before it is parsed, `GRAPHQL_PARSE_FAILED` with a position,
/// `COST_LIMIT_EXCEEDED` with the limit and the actual figure, `GRAPHQL_VALIDATION_FAILED` for
/// fragments that cannot be expanded and definitions that clash. No message repeats the document.
pub fn check(text: &str, limits: &Limits) -> Result<Checked, ApiError> {
    let large = Code::QueryTooLarge;
    within(large, ("查询长度（字节）", "Document length in bytes"), text.len(), limits.query_bytes)?;
    let lexed = lex::lex(text, limits.tokens);
    within(large, ("词法单元", "Tokens"), lexed.count, limits.tokens)?;
    let nesting = limits.nesting.min(Limits::HIGHEST_NESTING);
    within(large, ("括号嵌套", "Bracket nesting"), lexed.nesting, nesting)?;

    let document = parse::parse(text, &lexed)?;
    document::check(&document, limits)?;
    Ok(Checked { document })
}

/// Refuses a figure above its limit, naming both.
fn within(code: Code, (zh, en): (&str, &str), actual: usize, limit: usize) -> Result<(), ApiError> {
    if actual <= limit {
        return Ok(());
    }
    Err(ApiError::of(code).saying(format!("{zh}：{actual}，上限 {limit}"), format!("{en}: {actual}, at most {limit}.")))
}

/// A refusal that says where. The place is all that is told of the document's text.
fn refused(code: Code, (zh, en): (&str, &str), at: Option<Pos>) -> ApiError {
    let error = ApiError::of(code);
    match at {
        Some(Pos { line, column }) => error
            .saying(format!("{zh}（第 {line} 行第 {column} 列）"), format!("{en} at line {line}, column {column}.")),
        None => error.saying(zh.to_owned(), format!("{en}.")),
    }
}
