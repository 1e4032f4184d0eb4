//! The read engine: a catalogue of types, one statement per root field, and the schema over both.

pub mod catalogue;
mod dialect;
mod selection;
