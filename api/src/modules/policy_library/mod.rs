//! The library of policies (政策库): documents searched in full text, pushed to items and units, with what they brought,
//! how they are judged, what is missing; a glossary; and the regulations that steps of the process are bound to.

pub mod catalogue;
pub mod commands;
pub mod queries;
pub mod rules;
