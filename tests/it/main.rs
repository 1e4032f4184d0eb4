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
mod clients;
mod commands;
mod cooperation;
mod engine;
mod exchange;
mod faults;
mod front;
mod housekeeping;
mod identity;
mod invariants;
mod matters;
mod personnel;
mod plugins;
mod policy_library;
mod probe;
mod progress;
mod rights;
mod schema_contract;
mod sharing;
mod sockets;
mod tasks;
mod threats;
mod tidy;
