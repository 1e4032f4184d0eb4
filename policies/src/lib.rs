//! The permission contract of Zugong (组工权限契约): which role may do what, on which rows.
//!
//! [`ROLES_CSV`] is the auditable contract. Casbin reads it once and works out inheritance; [`compile`] turns the
//! answer into a table, because casbin scans every line on each question. A request asks [`Compiled::decide`] with the
//! roles of its session and lets the database apply the scopes. Nothing here knows a database, a clock or a request.

#[cfg(test)]
mod tests;

mod compiled;
mod engine;
mod error;
mod grant;
mod matrix;
mod permission;
mod role;
mod scope;
mod text;
mod vocabulary;

pub use compiled::{Compiled, Decision, RuleHit, compile, compile_from};
pub use error::{PolicyError, UnknownName};
pub use grant::{GrantRefusal, Holding, conflicts, is_inside};
pub use permission::{Action, PERMISSIONS, Permission, Resource};
pub use role::{Group, Role};
pub use scope::{Scope, ScopeSet};
pub use text::Effect;

/// The casbin model of the contract (访问控制模型).
pub const MODEL_CONF: &str = include_str!("../model.conf");

/// The policy text of the platform (平台权限契约文本).
pub const ROLES_CSV: &str = include_str!("../roles.csv");
