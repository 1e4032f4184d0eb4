//! Private keys at rest: AES-256-GCM under a key derived from the server's secret (密钥封存).

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

use crate::modules::identity::{IdentityError, config::ServerSecret, opaque};

const NONCE: usize = 12;
/// Another use of the secret takes another label, so that no key serves two purposes.
const PURPOSE: &[u8] = b"zugong/signing-key/aes-256-gcm/v1";

/// See [`PURPOSE`].
const EXCHANGE: &[u8] = b"zugong/exchange/ed25519/v1/";

/// See [`PURPOSE`].
const CURSORS: &[u8] = b"zugong/cursor/hmac-sha256/v1";

/// See [`PURPOSE`].
const CONNECTORS: &[u8] = b"zugong/connector/aes-256-gcm/v1";

/// See [`PURPOSE`].
const FINGERPRINTS: &[u8] = b"zugong/connector/fingerprint/v1";

/// See [`PURPOSE`].
const AUDIT: &[u8] = b"zugong/audit/hmac-sm3/v1/";

/// What tells one secret from another and nothing about either (指纹).
pub(super) fn fingerprint(secret: &ServerSecret, told: &[u8]) -> Result<String, IdentityError> {
    let material = extracted(secret);
    let material = material.expand(&[FINGERPRINTS], hmac::HMAC_SHA256);
    let key: hmac::Key = material.map_err(|_| IdentityError::Crypto("the key of fingerprints"))?.into();
    Ok(STANDARD.encode(hmac::sign(&key, told)))
}

/// The key that makes cursors of lists unforgeable, the same in all replicas (游标密钥).
pub(super) fn cursor_key(secret: &ServerSecret) -> Result<hmac::Key, IdentityError> {
    let material = extracted(secret);
    let material =
        material.expand(&[CURSORS], hmac::HMAC_SHA256).map_err(|_| IdentityError::Crypto("the cursor key"))?;
    Ok(material.into())
}

/// The seed of the key that a tenant signs with towards other nodes, the same in all replicas (交换密钥).
pub(super) fn node_seed(secret: &ServerSecret, tenant: Uuid) -> Result<[u8; 32], IdentityError> {
    own_bytes(secret, EXCHANGE, tenant, "the key of the exchange")
}

/// The key under which a tenant's audit record is sealed, the same in all replicas (审计封存密钥).
pub(super) fn audit_key(secret: &ServerSecret, tenant: Uuid) -> Result<[u8; 32], IdentityError> {
    own_bytes(secret, AUDIT, tenant, "the key of the audit record")
}

fn own_bytes(
    secret: &ServerSecret,
    purpose: &[u8],
    tenant: Uuid,
    what: &'static str,
) -> Result<[u8; 32], IdentityError> {
    let failed = |_| IdentityError::Crypto(what);
    let label: [&[u8]; 2] = [purpose, tenant.as_bytes()];
    let prk = extracted(secret);
    // Any 32 bytes are a seed; the algorithm named here only says how many.
    let material = prk.expand(&label, hmac::HMAC_SHA256).map_err(failed)?;
    let mut seed = [0; 32];
    material.fill(&mut seed).map_err(failed)?;
    Ok(seed)
}

fn extracted(secret: &ServerSecret) -> Prk {
    Salt::new(HKDF_SHA256, b"zugong").extract(secret.bytes())
}

/// Seals and opens signing keys.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    pub(super) fn new(secret: &ServerSecret) -> Result<Self, IdentityError> {
        Self::of(secret, PURPOSE)
    }

    /// The seal of the secrets that agencies' systems share with a tenant (连接器密钥).
    pub(super) fn of_connectors(secret: &ServerSecret) -> Result<Self, IdentityError> {
        Self::of(secret, CONNECTORS)
    }

    fn of(secret: &ServerSecret, purpose: &[u8]) -> Result<Self, IdentityError> {
        let failed = |_| IdentityError::Crypto("the sealing key");
        let material = extracted(secret);
        let label = [purpose];
        let material = material.expand(&label, &AES_256_GCM).map_err(failed)?;
        Ok(Self(LessSafeKey::new(UnboundKey::from(material))))
    }

    /// Seals a document under the id of its key, so that a sealed text cannot be moved to another row.
    pub(super) fn close(&self, id: Uuid, document: &[u8]) -> Result<String, IdentityError> {
        let nonce = opaque::random::<NONCE>()?;
        let mut sealed = document.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(id.into_bytes()), &mut sealed)
            .map_err(|_| IdentityError::Crypto("sealing"))?;
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a document; fails if secret, id or a single bit differ.
    pub(super) fn open(&self, id: Uuid, sealed: &str) -> Result<Vec<u8>, IdentityError> {
        let wrong = IdentityError::WrongSecret;
        let bytes = STANDARD.decode(sealed).map_err(|_| wrong(id))?;
        let (nonce, body) = bytes.split_first_chunk::<NONCE>().ok_or(wrong(id))?;
        let mut body = body.to_vec();
        let plain = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(id.into_bytes()), &mut body)
            .map_err(|_| wrong(id))?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        let secret = ServerSecret::generate().and_then(|s| ServerSecret::parse(&s)).expect("secret");
        Seal::new(&secret).expect("derivation")
    }

    #[test]
    fn a_sealed_key_opens_only_in_its_place_with_its_secret_and_whole() {
        let (one, other) = (seal(), seal());
        let (id, elsewhere) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = one.close(id, b"private").expect("sealing");
        assert_eq!(one.open(id, &sealed).expect("opening"), b"private");
        assert!(other.open(id, &sealed).is_err());
        assert!(one.open(elsewhere, &sealed).is_err());
        let bytes = STANDARD.decode(&sealed).expect("base64");
        for i in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[i] ^= 1;
            assert!(one.open(id, &STANDARD.encode(bent)).is_err(), "byte {i}");
        }
        assert!(one.open(id, "").is_err());
        assert_ne!(sealed, one.close(id, b"private").expect("sealing"), "a nonce is never used twice");
    }
}
