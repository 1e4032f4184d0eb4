//! The read engine: a catalogue of types, one statement per root field, and the schema over both.

pub mod absent;
mod aggregate;
pub mod catalogue;
pub mod conditions;
mod connection;
pub mod cursor;
pub(crate) mod dialect;
mod filter;
mod json;
pub mod open;
mod order;
mod page;
pub mod payload;
mod plan;
pub mod plans;
pub mod post;
mod resolve;
pub mod run;
pub mod scalar;
pub mod scalars;
pub mod schema;
pub mod selection;
pub mod variables;
