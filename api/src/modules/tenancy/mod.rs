//! The tree of tenants (租户) and the divisions (行政区划) they stand for.

pub mod provision;
pub mod rules;
