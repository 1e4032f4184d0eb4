//! People (人员) and cadres (干部).

pub mod catalogue;
pub mod commands;
pub mod computed;
pub mod forecast;
pub mod queries;
pub mod rules;
