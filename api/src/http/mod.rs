//! The transport. The only place that names axum; it decides nothing about rights or rules.

pub mod answer;
pub mod auth;
pub mod request;
