//! Data that nobody typed: the demo's tenants and the load test's millions of rows.
//!
//! Everything comes from a seed. The same seed gives the same people, units and cases, whichever database
//! they go into and however many connections carry them.

pub mod demo;
pub mod load;
pub mod progress;
pub mod synthetic;
