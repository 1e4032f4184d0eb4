//! People (人员) and cadres (干部).
pub mod rules;
