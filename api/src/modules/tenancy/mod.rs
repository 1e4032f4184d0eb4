//! The tree of tenants (租户): provinces, cities and districts that use the platform.

pub mod provision;
pub mod rules;
