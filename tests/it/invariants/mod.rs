//! The invariants of ARCHITECTURE.md. Each test bears the number of its invariant.

mod database;
mod schema;
