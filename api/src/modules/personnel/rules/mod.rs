//! Personnel rules (人员规则) as pure functions: identity numbers, code sets, retirement, ranks, discipline and
//! leaving the service.

pub mod avoidance;
pub mod code_set;
pub mod cohort;
pub mod contribution;
pub mod discipline;
pub mod dismissal;
pub mod early;
pub mod elastic;
pub mod forecast;
pub mod id_number;
pub mod impact;
pub mod name_key;
pub mod publicity;
pub mod quota;
pub mod rank;
pub mod refusal;
pub mod resignation;
pub mod retirement;
pub mod tenure;
