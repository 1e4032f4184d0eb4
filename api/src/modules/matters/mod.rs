//! One thing (一件事): the catalogue of matters, cases and the agencies that handle them in parallel.

pub mod catalogue;
pub mod commands;
mod effects;
pub mod files;
pub(crate) mod forms;
pub mod install;
pub mod jobs;
pub(crate) mod opening;
pub mod reminders;
pub mod rules;
pub mod statistics;
pub mod steps;
pub mod subscriptions;
pub mod typed;
mod warned;
