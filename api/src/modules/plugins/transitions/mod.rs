//! Plug-ins told that a case of theirs has moved on (流转通知), and what they want done then: beside requests, at least
//! once, each effect once.

pub mod catalogue;
pub mod claims;
pub mod commands;
pub mod queue;
pub mod settling;
pub mod worker;
