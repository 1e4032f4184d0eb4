//! Consultations, task forces and acceptance reviews.

mod neighbours;
mod task_forces;
