//! The rules of the library, as pure functions: what a text is found by.

pub mod search;
