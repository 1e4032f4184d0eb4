//! Plug-ins of a tenant (插件): matters, fields and rules that a tenant adds in its own schema only, and code that is
//! asked within limits.

pub mod acting;
pub mod asking;
pub mod catalogue;
pub mod change;
pub mod code;
pub mod commands;
pub mod compatible;
mod compiling;
pub mod computing;
pub mod connectors;
pub mod denying;
pub mod difference;
pub mod effects;
pub mod entries;
pub mod epochs;
pub mod granting;
pub mod migrating;
pub mod offering;
pub mod outgrown;
pub mod outside;
pub mod quarantine;
pub mod queries;
pub mod refusing;
pub mod retiring;
pub mod running;
pub mod schema;
pub mod scoring;
pub mod signing;
pub mod slots;
pub mod store;
pub mod submission;
pub mod transitions;
pub mod trust;
pub mod views;
pub mod warnings;
