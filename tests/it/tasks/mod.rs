//! Work (天工、实绩): items, tasks, the closed loop, lamps, plates, boards and supervision.

mod board;
mod course;
mod figures;
mod ledger;
mod races;
mod supervision;
mod tree;
