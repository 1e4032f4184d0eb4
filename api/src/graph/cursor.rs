//! Cursors that only this installation can have made.
//!
//! The database writes a row's sort values where a cursor belongs, behind a mark that nobody else knows. Before
//! the answer goes out, each is sealed: the values and a message authentication code over them, in base64url.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hmac::{self, HMAC_SHA256},
    rand::SystemRandom,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::kernel::error::{ApiError, Code};

/// Bytes of the code that are kept.
const TAG: usize = 16;
/// No cursor of ours is longer: five texts of a thousand characters, in base64.
const LONGEST: usize = 32 * 1024;

/// The key under which cursors are sealed. Replicas must have the same.
pub struct CursorKey {
    key: hmac::Key,
    mark: String,
}

impl CursorKey {
    /// A key from the installation's own.
    pub fn new(key: hmac::Key) -> Self {
        let mark = hex::encode(hmac::sign(&key, b"mark").as_ref());
        Self { key, mark }
    }

    /// A key that nothing else has, for a schema that is only printed; none without randomness.
    pub fn random() -> Option<Self> {
        hmac::Key::generate(HMAC_SHA256, &SystemRandom::new()).ok().map(Self::new)
    }

    /// What stands in the database's answer before the values of a cursor, which follow in hexadecimal.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Seals every cursor of a database's answer.
    pub(super) fn seal_all(&self, text: &str) -> Result<String, ApiError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(&self.mark) {
            out.push_str(&rest[..at]);
            rest = &rest[at + self.mark.len()..];
            let end = rest.bytes().position(|b| !b.is_ascii_hexdigit()).unwrap_or(rest.len());
            let values = hex::decode(&rest[..end]).map_err(|_| ApiError::of(Code::InternalServerError))?;
            out.push_str(&self.seal(&values));
            rest = &rest[end..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn seal(&self, values: &[u8]) -> String {
        let tag = hmac::sign(&self.key, values);
        URL_SAFE_NO_PAD.encode([&tag.as_ref()[..TAG], values].concat())
    }

    /// The values of a cursor that was sealed here and not touched since.
    pub(super) fn open(&self, cursor: &str) -> Option<Vec<u8>> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, values) = bytes.split_first_chunk::<TAG>()?;
        let right = hmac::sign(&self.key, values);
        verify_slices_are_equal(tag, &right.as_ref()[..TAG]).ok()?;
        Some(values.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_where_it_was_sealed_and_whole() {
        let (one, other) = (CursorKey::random().unwrap(), CursorKey::random().unwrap());
        let text = format!("{{\"a\":\"{0}5b5d\",\"b\":[\"{0}\"],\"c\":\"5b5d\"}}", one.mark());
        let sealed: serde_json::Value = serde_json::from_str(&one.seal_all(&text).unwrap()).unwrap();
        let cursor = sealed["a"].as_str().unwrap();
        assert_eq!(one.open(cursor).unwrap(), b"[]");
        assert_eq!(one.open(sealed["b"][0].as_str().unwrap()).unwrap(), b"");
        assert_eq!(sealed["c"], "5b5d");
        assert!(other.open(cursor).is_none() && one.open("").is_none() && one.open("5b5d").is_none());
        // Base64 has spare bits at its end: they must not make a second spelling.
        for at in 0..cursor.len() {
            for bit in 0..7 {
                let mut bent = cursor.as_bytes().to_vec();
                bent[at] ^= 1 << bit;
                assert!(one.open(&String::from_utf8(bent).unwrap()).is_none(), "byte {at}, bit {bit}");
            }
        }
    }
}
