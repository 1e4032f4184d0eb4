//! Who answers for a packed plug-in (签名): each signature says in which role it was given, and what is signed says so
//! too, so that a reviewer's signature is never a publisher's.

use std::fmt;

/// The most signatures.
const MOST: usize = 8;
/// The longest key or signature, as text.
const LONGEST: usize = 200;

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $variant_doc:literal])+ $variant:ident $word:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $variant_doc])+ $variant),+ }

        impl $name {
            /// How it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What is written, if there is such a thing.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// As what somebody signs.
    Role {
        /// Whoever wrote it (发布者).
        Publisher "publisher",
        /// Whoever looked at it for the platform (审核者).
        Reviewer "reviewer",
    }
);

words!(
    /// How something is signed.
    Algorithm {
        /// Ed25519 (RFC 8032).
        Ed25519 "ed25519",
        /// SM2 over SM3 (GB/T 32918, 国密).
        Sm2Sm3 "sm2-sm3",
    }
);

/// A signature of a plug-in's digests (签名). Their order is that of the text, so that there is one way to write several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// As what.
    pub role: Role,
    /// How.
    pub algorithm: Algorithm,
    /// The public key, URL-safe base64.
    pub key: String,
    /// The signature, URL-safe base64.
    pub signature: String,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.role, self.algorithm, self.key, self.signature)
    }
}

/// What is signed for a plug-in of these digests: a signature of something else, or in another role, is none of it.
pub fn statement(role: Role, algorithm: Algorithm, sums: &str) -> String {
    format!("zugong plugin v1\n{role}\n{algorithm}\n{sums}")
}

/// Adds a signature; one of the same role and key gives way to it.
pub fn add(all: &mut Vec<Signature>, fresh: Signature) {
    all.retain(|known| (known.role, &known.key) != (fresh.role, &fresh.key));
    all.push(fresh);
    all.sort();
}

/// The text of signatures, a line for each.
pub fn write(all: &[Signature]) -> String {
    all.iter().map(|signature| format!("{signature}\n")).collect()
}

/// The signatures of a text, or what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Signature>, &'static str> {
    let all = text.lines().map(line).collect::<Result<Vec<_>, _>>()?;
    let same = |one: &Signature, next: &Signature| (one.role, &one.key) == (next.role, &next.key);
    let twice = all.iter().enumerate().any(|(at, one)| all.iter().skip(at + 1).any(|next| same(one, next)));
    match all.len() > MOST || twice || !all.is_sorted() {
        true => Err("SIGNATURES 读不懂：签名过多、重复或次序不对"),
        false => Ok(all),
    }
}

fn line(text: &str) -> Result<Signature, &'static str> {
    const WORDS: &str = "SIGNATURES 读不懂：每行应为角色、算法、公钥、签名";
    let mut words = text.split(' ');
    let mut word = || words.next().ok_or(WORDS);
    let (role, algorithm, key, signature) = (word()?, word()?, word()?, word()?);
    let plain = |word: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !word.is_empty() && word.len() <= LONGEST && word.chars().all(known)
    };
    if words.next().is_some() || !plain(key) || !plain(signature) {
        return Err(WORDS);
    }
    Ok(Signature {
        role: Role::parse(role).ok_or("不认识的签名角色，应为 publisher 或 reviewer")?,
        algorithm: Algorithm::parse(algorithm).ok_or("不认识的签名算法，应为 ed25519 或 sm2-sm3")?,
        key: key.into(),
        signature: signature.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(role: Role, algorithm: Algorithm, key: &str) -> Signature {
        Signature { role, algorithm, key: key.into(), signature: "s".into() }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let mut all = vec![];
        add(&mut all, signature(Role::Reviewer, Algorithm::Ed25519, "k"));
        add(&mut all, signature(Role::Publisher, Algorithm::Sm2Sm3, "k"));
        add(&mut all, signature(Role::Publisher, Algorithm::Ed25519, "l"));
        add(&mut all, signature(Role::Reviewer, Algorithm::Sm2Sm3, "k"));
        let text = "publisher ed25519 l s\npublisher sm2-sm3 k s\nreviewer sm2-sm3 k s\n";
        assert_eq!(write(&all), text);
        assert_eq!(read(text), Ok(all));
        assert_eq!(read(""), Ok(vec![]));
        for wrong in [
            "ed25519 k s",
            "publisher ed25519 k s t",
            "publisher ed25519  s",
            "author ed25519 k s",
            "publisher rsa k s",
            "publisher ED25519 k s",
            "publisher ed25519 k\u{7f} s",
            "reviewer ed25519 k s\npublisher ed25519 k s",
            "publisher ed25519 k s\npublisher ed25519 k t",
            "publisher ed25519 k s\npublisher sm2-sm3 k s",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let many: String = (1..=9).map(|n| format!("publisher ed25519 k{n} s\n")).collect();
        assert!(read(&many).is_err());
    }

    #[test]
    fn what_is_signed_tells_role_and_algorithm() {
        let said = |role, algorithm| statement(role, algorithm, "sums\n");
        let one = said(Role::Publisher, Algorithm::Ed25519);
        assert_eq!(one, "zugong plugin v1\npublisher\ned25519\nsums\n");
        assert_ne!(one, said(Role::Reviewer, Algorithm::Ed25519));
        assert_ne!(one, said(Role::Publisher, Algorithm::Sm2Sm3));
    }
}
