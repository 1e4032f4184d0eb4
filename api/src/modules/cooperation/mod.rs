//! What tenants and units do together: consultations of city and county (会商), task forces (专班) and the
//! acceptance of a lower tenant's work by an upper one (验收).
//!
//! A consultation and a review are kept by both tenants under one id and change on both sides in one
//! transaction (`kernel/kin.rs`).

pub mod catalogue;
pub mod commands;
pub mod rules;
