//! The read engine: a catalogue of types, one statement per root field, and the schema over both.

pub mod catalogue;
mod connection;
mod dialect;
mod filter;
mod order;
pub mod payload;
mod plan;
pub mod post;
pub mod run;
mod scalar;
pub mod scalars;
pub mod schema;
pub mod selection;
pub mod variables;
