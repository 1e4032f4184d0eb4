//! Plug-ins that are described and not programmed (声明式插件): a folder with a manifest in TOML, forms in JSON
//! Schema 2020-12 and rules in CEL.
//!
//! Everything here is pure: text goes in, a checked plug-in or a list of faults with their lines comes out. What a
//! plug-in may take is bounded before it is parsed, since whoever writes it is not the operator of the platform.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod archive;
pub mod fault;
pub mod form;
pub mod manifest;
pub mod names;
pub mod package;
mod place;
mod regular;
pub mod rule;
pub mod scaffold;
pub mod signature;
mod verify;

pub use fault::{Fault, Faults};
pub use form::{FieldKind, FormField};
pub use package::Package;
pub use verify::{
    Agency, Auth, Call, Capabilities, Code, Computed, Connector, EFFECTS, Entry, Environment, Field, HOOKS,
    MOST_MEMORY_MIB, Matter, MatterRule, OnDown, Operation, Part, Plugin, Recode, Rename, RuleLevel, Shape, Then,
    answer_type, check, outline,
};
