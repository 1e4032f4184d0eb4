//! Organisation rules (机构规则) as pure functions.

pub mod credit_code;
