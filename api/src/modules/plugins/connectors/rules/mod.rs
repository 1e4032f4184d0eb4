//! Which addresses may be reached, when a system is left alone, what follows when it does not answer.

pub mod address;
pub mod down;
