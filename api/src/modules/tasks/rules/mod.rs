//! The rules of tasks, as pure functions: lamps, plates, boards, the closed loop, escalation, ledgers.

pub mod anonymity;
pub mod board;
pub mod chart;
pub mod course;
pub mod growth;
pub mod lamp;
pub mod ledger;
pub mod period;
pub mod plate;
pub mod problem;
pub mod split;
pub mod template;
