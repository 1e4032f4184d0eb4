//! Runs plug-ins that are programmed (带代码的插件): WebAssembly components, each call within limits that hold whatever
//! the component does.
//!
//! No database, GraphQL or request is in here. What a component may ask of the platform goes through [`Platform`],
//! which whoever uses this crate implements under the rights of the caller. A call ends in an answer or in a code
//! ([`Code`]); what is wrong with a component stays the matter of that one call.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

/// What component and platform say to each other, version 1.0.
pub const WIT: &str = include_str!("../wit/since_1_0/plugin.wit");

mod abi;
mod aside;
mod batch;
mod bench;
pub mod breaker;
mod call;
mod componentize;
mod engine;
mod fault;
mod gates;
pub mod guests;
mod limits;
mod meter;
mod platform;
mod program;
mod runtime;
mod state;
pub mod torture;

pub use abi::{Acted, Context, Effect, Level, Problem, ScoreLine};
pub use aside::aside;
pub use batch::{Batch, Counted, Job, MOST_INPUTS, Scored};
pub use call::{Answer, Ask};
pub use componentize::componentize;
pub use fault::{Code, Failure};
pub use limits::{Hook, Limits, Lowered, Room};
pub use meter::{Health, Spent};
pub use platform::{Grants, Mute, Platform, Refused};
pub use program::{Declared, MAX_COMPONENT, Program, Refusal};
pub use runtime::{Host, Plug, Settings};
