//! Data between agencies (横向数据共享): values that agencies' systems give for form fields, disputes about them, and
//! what agencies with a system of their own call back. Agencies without one work in their inbox.

pub mod catalogue;
pub mod commands;
pub mod fetch;
