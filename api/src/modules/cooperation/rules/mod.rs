//! When a consultation is settled, how long a task force lasts, what a review needs for a pass.

pub mod acceptance;
pub mod consultation;
pub mod task_force;
