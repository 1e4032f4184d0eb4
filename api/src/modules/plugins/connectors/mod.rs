//! Agencies' systems that plug-ins speak to (连接器): a package says what is asked, the tenant's administrator where and
//! with which secret, the operator which private networks may be reached at all.
//!
//! When an item starts, what is to be asked is written in the same transaction. A worker asks outside any transaction,
//! again until there is an answer, under one idempotency key; the answer is recorded by a service account with
//! the very command that agencies' systems call back with, which counts once however often it comes.

pub mod calling;
pub mod catalogue;
pub mod claims;
pub mod client;
pub mod commands;
pub mod parking;
pub mod queue;
pub mod rules;
pub mod settling;
pub mod sign;
pub mod worker;
