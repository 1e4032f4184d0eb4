//! How a call proves from whom it comes, and an answer that the other side holds the secret: HMAC-SM3 (GB/T 32905).
//!
//! Signed are lines: of a request the method, the path, the seconds since 1970, the idempotency key and the SM3 of the
//! body; of an answer its status, the idempotency key and the SM3 of the body. The key in it ties an answer to its
//! question.

pub use crate::kernel::sm3::{digest, sign, verifies};

/// The header that carries a signature, hex.
pub const SIGNATURE: &str = "x-zugong-signature";
/// The header that carries when a request was signed.
pub const TIMESTAMP: &str = "x-zugong-timestamp";
/// The header that carries the idempotency key: the same for every attempt of one call.
pub const KEY: &str = "idempotency-key";
