//! Random texts that mean nothing to their holder, and the digests under which they are kept.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{
    kernel::error::{ApiError, Code},
    modules::identity::IdentityError,
};

/// Random bytes from the operating system's generator.
pub(super) fn random<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| IdentityError::Crypto("random numbers"))?;
    Ok(bytes)
}

/// 256 random bits in 43 characters.
pub(super) fn text() -> Result<String, ApiError> {
    let bytes = random::<32>().map_err(|_| ApiError::of(Code::InternalServerError))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored instead of a token. The tokens have 256 random bits, so a plain digest is enough:
/// there is nothing to guess, unlike with passwords.
pub(super) fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// The digest as a cache key.
pub(super) fn digest_bytes(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Whether a text has the form of 256 random bits.
pub(super) fn is_text(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
