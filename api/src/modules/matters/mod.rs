//! One thing (一件事): the catalogue of matters, cases and the agencies that handle them in parallel.
pub mod rules;
