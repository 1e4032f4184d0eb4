//! Work (天工、实绩): items, tasks, the closed loop, lamps, plates, boards and supervision.

mod board;
mod course;
mod events;
mod export;
mod figures;
mod ledger;
mod model;
mod overview;
mod points;
mod races;
mod supervision;
mod tree;
