//! SM3 and HMAC-SM3 (GB/T 32905): digests, and proof that somebody who holds a secret has written some lines.

use hmac::{Hmac, KeyInit, Mac};
use sm3::{Digest, Sm3};

use crate::kernel::error::{ApiError, Code};

/// SM3 of bytes, hex.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sm3::digest(bytes))
}

fn mac(secret: &[u8], lines: &[&str]) -> Result<Hmac<Sm3>, ApiError> {
    let mac = <Hmac<Sm3> as KeyInit>::new_from_slice(secret);
    let mut mac = mac.map_err(|_| ApiError::of(Code::InternalServerError))?;
    mac.update(lines.join("\n").as_bytes());
    Ok(mac)
}

/// The signature of some lines, hex.
pub fn sign(secret: &[u8], lines: &[&str]) -> Result<String, ApiError> {
    Ok(hex::encode(mac(secret, lines)?.finalize().into_bytes()))
}

/// Whether a signature is of these lines; takes as long for a wrong one.
pub fn verifies(secret: &[u8], lines: &[&str], signature: &str) -> bool {
    let (Ok(mac), Ok(told)) = (mac(secret, lines), hex::decode(signature)) else { return false };
    mac.verify_slice(&told).is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sm3_is_that_of_the_standard_and_the_hmac_is_of_rfc_2104() {
        assert_eq!(digest(b"abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        let (secret, text) = ([7_u8; 32], "POST\n/a");
        let padded = |byte: u8| (0..64).map(|i| secret.get(i).copied().unwrap_or(0) ^ byte).collect::<Vec<u8>>();
        let inner = Sm3::digest([padded(0x36).as_slice(), text.as_bytes()].concat());
        let outer = Sm3::digest([padded(0x5c).as_slice(), inner.as_slice()].concat());
        assert_eq!(sign(&secret, &["POST", "/a"]).unwrap(), hex::encode(outer));
    }

    #[test]
    fn a_signature_is_of_these_lines_with_this_secret() {
        let signature = sign(b"0123456789abcdef", &["200", "key"]).unwrap();
        assert!(verifies(b"0123456789abcdef", &["200", "key"], &signature));
        assert!(!verifies(b"0123456789abcdeg", &["200", "key"], &signature));
        assert!(!verifies(b"0123456789abcdef", &["200", "kez"], &signature));
        assert!(!verifies(b"0123456789abcdef", &["200", "key"], "") && !verifies(b"x", &[], "zz"));
    }
}
