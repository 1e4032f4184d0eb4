//! What travels between nodes: an envelope, its signature, and the receipt with another.
//!
//! Signed are the very bytes that are sent, under the key that a tenant has at its node. A message carries the
//! codes of both ends, so that it cannot be given to somebody else, and no clock: it is idempotent by its id, and one that
//! waited a week for its peer is as good as a fresh one.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    kernel::error::{ApiError, Code},
    modules::identity::Identity,
};

/// The header that carries a signature.
pub const SIGNATURE: &str = "x-zugong-signature";

/// A message as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The sender's id of it.
    pub id: Uuid,
    /// Code of the tenant that sends.
    pub from: String,
    /// Code of the tenant that is meant.
    pub to: String,
    /// What it carries, as in `CASE`.
    pub kind: String,
    /// The message.
    pub body: Json,
}

/// What the receiver confirms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The sender's id of the message.
    pub id: Uuid,
    /// Code of the tenant that received it.
    pub by: String,
    /// SHA-256 of the bytes received, hex.
    pub digest: String,
    /// When they first came, RFC 3339.
    pub received_at: String,
}

/// A receipt as it is sent: its text and the signature over it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// The receipt as text, whose bytes are signed.
    pub receipt: String,
    /// The signature, base64url.
    pub signature: String,
}

/// The key of a tenant at its node.
pub struct NodeKey(Ed25519KeyPair);

impl NodeKey {
    /// The key of a tenant at this node.
    pub fn of(identity: &Identity, tenant: Uuid) -> Result<Self, ApiError> {
        let seed = identity.node_seed(tenant).ok();
        seed.and_then(|seed| Self::of_seed(&seed)).ok_or(ApiError::of(Code::InternalServerError))
    }

    /// The key that a seed stands for; none if it is no seed.
    pub fn of_seed(seed: &[u8; 32]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Self)
    }

    /// The public half, base64url, as peers register it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// Signs bytes; base64url.
    pub fn sign(&self, bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(bytes).as_ref())
    }
}

/// Whether a public key is one: 32 bytes in base64url.
pub fn is_key(public: &str) -> bool {
    URL_SAFE_NO_PAD.decode(public).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether bytes were signed by the holder of a public key.
pub fn verifies(public: &str, bytes: &[u8], signature: &str) -> bool {
    let (Ok(key), Ok(signature)) = (URL_SAFE_NO_PAD.decode(public), URL_SAFE_NO_PAD.decode(signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&ED25519, key).verify(bytes, &signature).is_ok()
}

/// SHA-256 of bytes, hex.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn h_06_a_signature_is_of_these_bytes_by_this_key() {
        let (one, other) = (NodeKey::of_seed(&[1; 32]).unwrap(), NodeKey::of_seed(&[2; 32]).unwrap());
        let signature = one.sign(b"message");
        assert!(is_key(&one.public()) && verifies(&one.public(), b"message", &signature));
        assert!(!verifies(&one.public(), b"messagf", &signature));
        assert!(!verifies(&other.public(), b"message", &signature));
        assert!(!verifies("no key", b"message", &signature) && !verifies(&one.public(), b"message", "="));
        assert!(!is_key("AAAA"));
    }
}
