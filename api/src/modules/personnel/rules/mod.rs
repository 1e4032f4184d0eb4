//! Personnel rules (人员规则) as pure functions: identity numbers, code sets and retirement.

pub mod code_set;
pub mod cohort;
pub mod contribution;
pub mod early;
pub mod elastic;
pub mod forecast;
pub mod id_number;
pub mod name_key;
pub mod retirement;
