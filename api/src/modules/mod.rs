//! The domains. Each folder holds what can be read (`catalogue.rs`), pure rules, commands and jobs.

pub mod identity;
pub mod matters;
pub mod organisation;
pub mod personnel;
pub mod tenancy;
