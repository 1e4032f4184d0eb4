//! Signatures of packed plug-ins (插件签名): Ed25519, or SM2 over SM3 where the state's own algorithms are asked for
//! (密评). A good signature says who answers for a plug-in; whether he is trusted is asked elsewhere.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use declarative::{
    archive::Archive,
    signature::{self, Algorithm, Role, Signature},
};
use sm2::dsa::{
    Signature as Sm2Signature, SigningKey, VerifyingKey,
    signature::{Signer as _, Verifier as _},
};

/// Who signs by SM2 without having agreed upon another name (GB/T 32918: 默认用户身份标识).
const ANYBODY: &str = "1234567812345678";
/// An SM2 key as it stands in a signature: 04 and both coordinates, so that no key is written in two ways.
const SM2_KEY: usize = 65;

/// Somebody whose signature of a plug-in is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// As what he signed.
    pub role: Role,
    /// His public key.
    pub key: String,
}

/// Adds a signature by a private key of 32 bytes; the public key, or none if the bytes are no private key.
pub fn sign(archive: &mut Archive, role: Role, algorithm: Algorithm, secret: &[u8]) -> Option<String> {
    let statement = signature::statement(role, algorithm, &archive.sums);
    let (key, bytes) = match algorithm {
        Algorithm::Ed25519 => {
            let pair = Ed25519KeyPair::from_seed_unchecked(secret).ok()?;
            (pair.public_key().as_ref().to_vec(), pair.sign(statement.as_bytes()).as_ref().to_vec())
        }
        Algorithm::Sm2Sm3 => {
            let pair = SigningKey::from_slice(ANYBODY, secret).ok()?;
            let signature: Sm2Signature = pair.try_sign(statement.as_bytes()).ok()?;
            (pair.verifying_key().to_sec1_bytes().to_vec(), signature.to_vec())
        }
    };
    let key = BASE64.encode(key);
    signature::add(
        &mut archive.signatures,
        Signature { role, algorithm, key: key.clone(), signature: BASE64.encode(bytes) },
    );
    Some(key)
}

/// Who has signed a plug-in; or the key whose signature is wrong, which spoils all of it.
pub fn signers(archive: &Archive) -> Result<Vec<Signer>, String> {
    let signer = |signature: &Signature| match is_good(signature, &archive.sums) {
        true => Ok(Signer { role: signature.role, key: signature.key.clone() }),
        false => Err(signature.key.clone()),
    };
    archive.signatures.iter().map(signer).collect()
}

fn is_good(signature: &Signature, sums: &str) -> bool {
    let decoded = (BASE64.decode(&signature.key), BASE64.decode(&signature.signature));
    let (Ok(key), Ok(bytes)) = decoded else { return false };
    let statement = signature::statement(signature.role, signature.algorithm, sums);
    match signature.algorithm {
        Algorithm::Ed25519 => UnparsedPublicKey::new(&ED25519, key).verify(statement.as_bytes(), &bytes).is_ok(),
        Algorithm::Sm2Sm3 => is_good_sm2(&key, statement.as_bytes(), &bytes),
    }
}

fn is_good_sm2(key: &[u8], statement: &[u8], signature: &[u8]) -> bool {
    let key = Some(key).filter(|key| key.len() == SM2_KEY);
    let key = key.and_then(|key| VerifyingKey::from_sec1_bytes(ANYBODY, key).ok());
    let signature = Sm2Signature::from_slice(signature);
    matches!((key, signature), (Some(key), Ok(signature)) if key.verify(statement, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678` of OpenSSL 3.0 over "hello".
    const SECRET: &str = "32ba994fb4bf3baa96d0537d4953814b70c44b2f1aaecd7d8c6fd48419c8f0e0";
    const KEY: &str = "04664ac4784f7b207ed021c5cc3a7ab299d89d712813658196f8486de7651f520ef757fc188902758011de90d302ac60e7e0c6fe4d41191c8de2967fd0bcb003eb";
    const THEIRS: &str = "a7f13e1cd4a9b88674b0c71f5be3b715425f7c7b4274c27b2630da7d082c5b73b3b69568abb977d85e10bdfbdcb275f0100fbea56f071ffd0bea67d6a059bf8f";
    /// What is signed here is the same each time, and `openssl pkeyutl -verify` takes it.
    const OURS: &str = "9df64d5702a83febd42585fff86a58068cd463fca233fe98617d15e187ae10d8eee6e163260b05825dd4617e6400a3246595e43d6ff0c3cfa2de563deb2b57f1";

    #[test]
    fn what_another_implementation_of_sm2_signs_is_good_and_the_other_way_round() {
        let of = |text: &str| hex::decode(text).unwrap();
        assert!(is_good_sm2(&of(KEY), b"hello", &of(THEIRS)));
        assert!(!is_good_sm2(&of(KEY), b"hallo", &of(THEIRS)));
        let pair = SigningKey::from_slice(ANYBODY, &of(SECRET)).unwrap();
        assert_eq!(hex::encode(pair.verifying_key().to_sec1_bytes()), KEY);
        let ours: Sm2Signature = pair.try_sign(b"hello").unwrap();
        assert_eq!(hex::encode(ours.to_vec()), OURS);
        // The same key written shorter, and signatures that are none.
        let short = [&[0x02 | (of(KEY)[64] & 1)], &of(KEY)[1..33]].concat();
        assert!(VerifyingKey::from_sec1_bytes(ANYBODY, &short).is_ok() && !is_good_sm2(&short, b"hello", &of(THEIRS)));
        assert!(!is_good_sm2(&of(KEY), b"hello", &[0; 64]) && !is_good_sm2(&of(KEY), b"hello", &[]));
    }
}
