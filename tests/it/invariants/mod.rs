//! The invariants of ARCHITECTURE.md. Each test bears the number of its invariant.

mod actors;
mod audit;
mod boundaries;
mod clocks;
mod database;
mod isolation;
mod rights;
mod schema;
