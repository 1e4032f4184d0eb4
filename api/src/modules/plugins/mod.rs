//! Plug-ins of a tenant (插件): matters, fields and rules that a tenant adds without code, in its own schema only.

pub mod catalogue;
pub mod change;
pub mod commands;
pub mod compatible;
pub mod difference;
pub mod offering;
pub mod queries;
pub mod schema;
pub mod slots;
pub mod store;
pub mod submission;
