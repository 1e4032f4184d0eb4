//! Work (天工、实绩): items, tasks, the closed loop, lamps, plates, boards and supervision.

mod board;
mod course;
mod export;
mod figures;
mod ledger;
mod overview;
mod races;
mod supervision;
mod tree;
