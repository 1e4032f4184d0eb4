//! The API's tests: everything here speaks HTTP to the real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on says where"
)]

mod administration;
mod engine;
mod invariants;
mod matters;
mod probe;
mod rights;
mod tidy;
mod personnel;
