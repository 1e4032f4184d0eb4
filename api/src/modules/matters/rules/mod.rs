//! One-thing rules (一件事规则) as pure functions: clock, durations, reduction and completion.

pub mod clock;
pub mod durations;
pub mod join;
pub mod reduction;
