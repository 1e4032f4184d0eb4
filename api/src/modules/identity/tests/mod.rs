//! The module as a whole on a database of its own.

mod fixture;
mod http;
mod keys;
mod login;
mod service;
mod sessions;
mod tokens;
