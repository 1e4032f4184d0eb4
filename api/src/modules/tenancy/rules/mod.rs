//! Tenancy rules (租户规则) as pure functions.

pub mod division;
