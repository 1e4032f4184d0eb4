//! One thing (一件事): the catalogue of matters, cases and the agencies that handle them in parallel.

pub mod catalogue;
pub mod commands;
mod effects;
pub mod files;
mod forms;
pub mod install;
pub mod jobs;
pub(crate) mod opening;
pub mod queries;
pub mod reminders;
pub mod rules;
mod steps;
pub mod subscriptions;
