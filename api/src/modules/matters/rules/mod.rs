//! One-thing rules (一件事规则) as pure functions: the catalogue, the base matters, shared data and their disputes,
//! clock, durations, reduction and completion.

pub mod catalogue;
pub mod clock;
pub mod death;
pub mod dispute;
pub mod durations;
pub mod join;
pub mod jurisdiction;
pub mod lateral_entry;
pub mod outcome;
pub mod recruitment;
pub mod reduction;
pub mod secondment;
pub mod vacancy;
