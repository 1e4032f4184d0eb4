//! The transport. The only place that names axum; it decides nothing about rights or rules.

mod admit;
pub mod answer;
pub mod app;
pub mod auth;
mod body;
mod contract;
pub mod cost;
mod edge;
mod errors;
mod exchange;
mod execute;
mod files;
pub mod graphiql;
mod graphql;
pub mod guard;
mod health;
mod media;
mod once;
mod parsed;
pub mod persisted;
pub mod request;
mod sse;
mod standing;
mod stream;
mod trace;
mod ws;
mod ws_protocol;
