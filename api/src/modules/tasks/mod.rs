//! Work (天工、实绩): sources become items, items trees of tasks, tasks go round the closed loop; lamps, plates and
//! boards say how they stand, supervisors share what goes wrong.

pub mod catalogue;
pub mod commands;
pub mod jobs;
pub mod queries;
pub mod rules;
pub mod settings;
pub mod subscriptions;
