//! The transport. The only place that names axum; it decides nothing about rights or rules.

pub mod answer;
pub mod app;
pub mod auth;
mod body;
mod documents;
mod errors;
mod execute;
mod files;
pub mod graphiql;
mod graphql;
pub mod guard;
mod health;
pub mod request;
mod ws;
mod ws_protocol;
