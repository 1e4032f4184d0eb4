//! Passwords (口令): how strong, how kept, how checked.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::Semaphore;

use crate::{
    kernel::error::{ApiError, Code, UserError},
    modules::identity::{IdentityError, config::Argon2Config, opaque},
};

/// The fewest characters of a password.
const SHORTEST: usize = 10;
/// Words that stay guessable whatever digits and signs stand around them.
const COMMON_WORDS: &[&str] = &[
    "password",
    "passwd",
    "qwerty",
    "qwertyuiop",
    "qwe",
    "qwer",
    "asdfgh",
    "asdf",
    "qaz",
    "qazwsx",
    "qazwsxedc",
    "admin",
    "administrator",
    "root",
    "user",
    "test",
    "guest",
    "welcome",
    "letmein",
    "iloveyou",
    "abc",
    "abcd",
    "abcde",
    "abcdef",
    "aaa",
    "aa",
    "a",
    "zz",
    "woaini",
    "nihao",
    "zhongguo",
    "zuzhibu",
    "zuzhi",
    "zzb",
    "dangjian",
    "dangwei",
    "bianban",
    "ganbu",
    "zugong",
    "huawei",
];
/// Passwords that obey the rule of classes and are in every attacker's list.
const COMMON: &str = include_str!("common_passwords.txt");
/// Attempts that may wait for a core; beyond it the server says so at once instead of piling them up.
const QUEUE_PER_CORE: usize = 64;

/// An argon2id hash in its standard text form; the only form in which a password is kept.
#[derive(Clone)]
pub struct HashedPassword(pub(super) String);

impl HashedPassword {
    /// The text that is stored with the log-in.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Hashes and checks passwords on threads of their own, as many at once as there are cores.
pub struct Passwords {
    params: Params,
    cores: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Checked in place of an account that is not there, so that its absence costs the same work.
    nobody: String,
}

/// Refuses a password that is too short, too simple, common, or contains the log-in name (口令复杂度).
pub fn check_strength(login: &str, password: &str) -> Result<(), UserError> {
    let refuse = |zh: &'static str, en: &'static str| Err(UserError::new(Code::PasswordTooWeak, "password", zh, en));
    if password.chars().count() < SHORTEST {
        return refuse("口令至少 10 个字符", "A password has at least 10 characters.");
    }
    let classes = [
        password.chars().any(char::is_lowercase),
        password.chars().any(char::is_uppercase),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_lowercase() && !c.is_uppercase() && !c.is_ascii_digit()),
    ];
    if classes.into_iter().filter(|present| *present).count() < 3 {
        return refuse(
            "口令须含大写字母、小写字母、数字、其他字符中的三类",
            "A password has three of: capitals, small letters, digits, other characters.",
        );
    }
    let lower = password.to_lowercase();
    let login = login.trim().to_lowercase();
    if login.chars().count() >= 3 && lower.contains(&login) {
        return refuse("口令不得包含登录名", "A password must not contain the log-in name.");
    }
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    if COMMON.lines().any(|line| line == lower) || COMMON_WORDS.contains(&letters.as_str()) {
        return refuse("口令过于常见", "This password is too common.");
    }
    Ok(())
}

impl Passwords {
    /// Prepares the parameters and the hash of nobody's password.
    pub fn new(config: &Argon2Config) -> Result<Self, IdentityError> {
        let params = Params::new(config.memory_kib, config.iterations, config.lanes, None)
            .map_err(|error| IdentityError::Config(format!("argon2: {error}")))?;
        let nobody = hash(&params, &opaque::random::<32>()?)?;
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        Ok(Self {
            params,
            cores: Arc::new(Semaphore::new(cores)),
            queue: Arc::new(Semaphore::new(cores * QUEUE_PER_CORE)),
            nobody,
        })
    }

    /// Hashes a new password. Its strength is the caller's to check.
    pub async fn hash(&self, password: &str) -> Result<HashedPassword, ApiError> {
        let (params, password) = (self.params.clone(), password.to_owned());
        let hashed = self.work(move || hash(&params, password.as_bytes())).await?;
        Ok(HashedPassword(hashed.map_err(|_| ApiError::of(Code::InternalServerError))?))
    }

    /// Whether a password is the one behind a hash. Without a hash the same work is done, and it is not.
    pub async fn verify(&self, password: &str, hashed: Option<&str>) -> Result<bool, ApiError> {
        let known = hashed.is_some();
        let (hashed, password) = (hashed.unwrap_or(&self.nobody).to_owned(), password.to_owned());
        let same = self
            .work(move || {
                // The parameters are the hash's own, so that a change of settings locks nobody out.
                PasswordHash::new(&hashed)
                    .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(same & known)
    }

    /// Whether a hash was made with other settings than today's and should be made anew.
    pub fn is_outdated(&self, hashed: &str) -> bool {
        PasswordHash::new(hashed)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_none_or(|p| (p.m_cost(), p.t_cost(), p.p_cost()) != self.cost())
    }

    fn cost(&self) -> (u32, u32, u32) {
        (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let _place = self.queue.try_acquire().map_err(|_| ApiError::of(Code::Throttled).after(1))?;
        // The permit goes with the work: a client that hangs up must not free a core that is still busy.
        let core = self.cores.clone().acquire_owned().await.map_err(|_| ApiError::of(Code::Unavailable))?;
        let done = tokio::task::spawn_blocking(move || {
            let _core = core;
            work()
        });
        done.await.map_err(|_| ApiError::of(Code::InternalServerError))
    }
}

fn hash(params: &Params, password: &[u8]) -> Result<String, IdentityError> {
    let failed = |_| IdentityError::Crypto("a password hash");
    let salt = SaltString::encode_b64(&opaque::random::<16>()?).map_err(failed)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    Ok(argon.hash_password(password, &salt).map_err(failed)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light() -> Passwords {
        Passwords::new(&Argon2Config { memory_kib: 64, iterations: 1, lanes: 1 }).expect("parameters")
    }

    #[test]
    fn weak_passwords_are_told_apart_from_strong_ones() {
        for weak in [
            "Short1!",
            "alllowercase1",
            "ALLUPPERCASE1",
            "1234567890!",
            "Zhangsan2024!",
            "Password123!",
            "P@ssw0rd123",
            "Admin@123456",
            "Abc123456!",
            "Qwerty12345",
            "1Q2w3e4r5t",
            "Aa123456789",
        ] {
            assert!(check_strength("zhangsan", weak).is_err(), "{weak}");
        }
        for strong in ["Mei-hua 1949 kai", "correct Horse7battery", "组织部门2026年Aa", "xK9#mmQ2vL"] {
            assert!(check_strength("zhangsan", strong).is_ok(), "{strong}");
        }
        // A name of one or two letters would forbid too much.
        assert!(check_strength("x", "xK9#mmQ2vL").is_ok());
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_only_and_nobody_never_does() {
        let passwords = light();
        let hashed = passwords.hash("Mei-hua 1949 kai").await.expect("hash");
        assert!(hashed.0.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(passwords.verify("Mei-hua 1949 kai", Some(&hashed.0)).await.expect("work"));
        assert!(!passwords.verify("mei-hua 1949 kai", Some(&hashed.0)).await.expect("work"));
        assert!(!passwords.verify("Mei-hua 1949 kai", None).await.expect("work"));
        assert!(!passwords.verify("Mei-hua 1949 kai", Some("not a hash")).await.expect("work"));
    }

    #[tokio::test]
    async fn a_hash_of_other_settings_still_verifies_and_is_noticed() {
        let hashed = light().hash("Mei-hua 1949 kai").await.expect("hash");
        let heavier = Passwords::new(&Argon2Config { memory_kib: 128, iterations: 1, lanes: 1 }).expect("parameters");
        assert!(heavier.verify("Mei-hua 1949 kai", Some(&hashed.0)).await.expect("work"));
        assert!(heavier.is_outdated(&hashed.0) && !light().is_outdated(&hashed.0));
    }
}
