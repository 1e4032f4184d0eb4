//! Tests of the contract and of its compilation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod contract;
mod differential;
mod grants;
mod loading;
mod reference;
