//! Users, rights, service keys, rule sets and the audit record (系统管理): what administrators look after.

pub mod catalogue;
pub mod commands;
pub mod explain;
pub mod queries;
pub mod sealing;
