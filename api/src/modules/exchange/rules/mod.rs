//! When a message is sent again, and which peers can be addressed.

pub mod backoff;
pub mod endpoint;
