//! Zugong (组工): a multi-tenant GraphQL platform for organisation departments, establishment offices
//! and party committees.
#![recursion_limit = "512"]

pub mod cli;
pub mod config;
pub mod data;
pub mod graph;
pub mod http;
pub mod kernel;
pub mod modules;
pub mod server;
pub mod telemetry;
