//! Requests made to kill, to stall or to fill the server: more than five hundred, each with a name and with
//! what it must come to. [`corpus`] is all of them; [`Mutator`] makes any number more from a seed.

mod floods;
mod fragments;
mod mutator;
mod nesting;
mod texts;

pub use mutator::Mutator;
use serde_json::json;

/// What a hostile request comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comes {
    /// It is harmless and passes the guard: answered, or refused for want of a log-in.
    Through,
    /// It is refused with one of these codes.
    To(&'static [&'static str]),
    /// It may be either, quickly.
    Either,
}

/// One request.
pub struct Hostile {
    pub name: String,
    pub body: Vec<u8>,
    /// The document inside the body, if that is well-formed.
    pub document: Option<String>,
    pub comes: Comes,
}

pub const LARGE: Comes = Comes::To(&["QUERY_TOO_LARGE"]);
pub const COST: Comes = Comes::To(&["COST_LIMIT_EXCEEDED"]);
pub const LARGE_OR_COST: Comes = Comes::To(&["QUERY_TOO_LARGE", "COST_LIMIT_EXCEEDED"]);
pub const INVALID: Comes = Comes::To(&["GRAPHQL_VALIDATION_FAILED"]);
pub const PARSE: Comes = Comes::To(&["GRAPHQL_PARSE_FAILED"]);
pub const INPUT: Comes = Comes::To(&["BAD_USER_INPUT"]);
/// Every code with which a request is refused before it is executed.
pub const REFUSALS: &[&str] = &[
    "QUERY_TOO_LARGE",
    "COST_LIMIT_EXCEEDED",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_USER_INPUT",
    "PERSISTED_QUERY_NOT_FOUND",
];

/// A request with this document.
pub fn document(name: impl Into<String>, text: String, comes: Comes) -> Hostile {
    let body = json!({ "query": text }).to_string().into_bytes();
    Hostile { name: name.into(), body, document: Some(text), comes }
}

/// A request with these bytes.
pub fn bytes(name: impl Into<String>, body: impl Into<Vec<u8>>, comes: Comes) -> Hostile {
    Hostile { name: name.into(), body: body.into(), document: None, comes }
}

/// All of them.
pub fn corpus() -> Vec<Hostile> {
    [nesting::all(), fragments::all(), floods::all(), texts::documents(), texts::bodies()]
        .into_iter()
        .flatten()
        .collect()
}
