//! What every domain stands on: sessions and the gate, transactions, commands, time, events.

pub mod authority;
pub mod bus;
pub mod calendar;
pub mod checkup;
pub mod civil;
pub mod clock;
pub mod command;
pub mod db;
pub mod error;
pub(crate) mod explain;
pub mod extension;
pub mod flow;
pub mod forms;
pub mod housekeeping;
pub mod id;
mod journal;
pub(crate) mod kin;
mod load;
pub(crate) mod logins;
pub mod partial_date;
pub mod platform;
pub mod reach;
pub mod rows;
pub mod session;
pub mod task;
pub mod tx;
pub mod year_month;
