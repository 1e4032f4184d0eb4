//! How log-in, tokens and keys are set up (身份配置).

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::modules::identity::{IdentityError, clients, opaque, wechat::WechatConfig};

/// Settings of the identity module (身份配置). Every part has a safe default except the secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityConfig {
    /// 32 bytes in base64 from which the key that seals signing keys is derived (服务器密钥).
    pub secret: Option<ServerSecret>,
    /// `iss` of access tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// The programs that tokens are given to (客户端程序, `azp`), as they call themselves at log-in; empty: nobody is asked.
    pub clients: Vec<String>,
    /// Life of an access token in seconds.
    pub access_seconds: u32,
    /// A session ends after so many seconds without renewal (空闲超时).
    pub idle_seconds: u32,
    /// A session ends after so many seconds whatever happens (会话最长时限).
    pub session_seconds: u32,
    /// How far the clocks of two replicas may be apart.
    pub leeway_seconds: u32,
    /// How long others may keep the published keys.
    pub jwks_cache_seconds: u32,
    /// How long one key signs, in days (密钥轮换周期).
    pub signing_days: u32,
    /// A failed log-in is answered after a multiple of this, so that its cause cannot be told from the time.
    pub failure_floor_millis: u32,
    /// Cost of a password hash.
    pub argon2: Argon2Config,
    /// When attempts are slowed down (登录失败处理).
    pub lockout: LockoutConfig,
    /// WeChat mini-programs by which people log in (微信小程序).
    pub wechat: WechatConfig,
}

/// Cost of an argon2id hash; the default is what OWASP recommends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Argon2Config {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
}

/// When attempts are slowed down (登录失败处理).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LockoutConfig {
    /// Failures of one account from one network before that network has to wait 1, 2, 4 … seconds for it.
    pub account_failures: u32,
    /// The longest wait of an account, in seconds.
    pub account_longest_seconds: u32,
    /// Failures of one account from everywhere before networks from which it has not logged in have to wait. A
    /// network adds no more than `account_failures`, so that one alone never gets there.
    pub account_failures_everywhere: u32,
    /// For how many days a network from which an account has logged in counts as its owner's.
    pub known_network_days: u32,
    /// Failures from one network before it has to wait; more, since an office shares one address.
    pub network_failures: u32,
    /// The longest wait of a network, in seconds.
    pub network_longest_seconds: u32,
}

/// The server's secret. Never shown, not even by `Debug`.
#[derive(Clone)]
pub struct ServerSecret([u8; 32]);

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            secret: None,
            issuer: "zugong".into(),
            audience: "zugong-api".into(),
            clients: vec![],
            access_seconds: 15 * 60,
            idle_seconds: 30 * 60,
            session_seconds: 12 * 60 * 60,
            leeway_seconds: 30,
            jwks_cache_seconds: 5 * 60,
            signing_days: 30,
            failure_floor_millis: 250,
            argon2: Argon2Config::default(),
            lockout: LockoutConfig::default(),
            wechat: WechatConfig::default(),
        }
    }
}

impl Default for Argon2Config {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, lanes: 1 }
    }
}

impl Default for LockoutConfig {
    fn default() -> Self {
        Self {
            account_failures: 5,
            account_longest_seconds: 15 * 60,
            account_failures_everywhere: 100,
            known_network_days: 90,
            network_failures: 50,
            network_longest_seconds: 60,
        }
    }
}

impl IdentityConfig {
    /// Life of an access token.
    pub fn access(&self) -> TimeDelta {
        TimeDelta::seconds(self.access_seconds.into())
    }

    /// Life of a refresh token.
    pub fn idle(&self) -> TimeDelta {
        TimeDelta::seconds(self.idle_seconds.into())
    }

    /// Life of a session.
    pub fn session(&self) -> TimeDelta {
        TimeDelta::seconds(self.session_seconds.into())
    }

    /// How far two clocks may be apart.
    pub fn leeway(&self) -> TimeDelta {
        TimeDelta::seconds(self.leeway_seconds.into())
    }

    /// How long others may keep the published keys.
    pub fn jwks_cache(&self) -> TimeDelta {
        TimeDelta::seconds(self.jwks_cache_seconds.into())
    }

    /// How long one key signs.
    pub fn signing(&self) -> TimeDelta {
        TimeDelta::days(self.signing_days.into())
    }

    /// Refuses settings that cannot work, in words that say what would.
    pub fn check(&self) -> Result<(), IdentityError> {
        let wrong = |what: &str| Err(IdentityError::Config(what.into()));
        if self.access_seconds == 0 || self.access_seconds > self.session_seconds {
            return wrong("access_seconds must be at least 1 and at most session_seconds");
        }
        if self.idle_seconds < self.access_seconds || self.idle_seconds > self.session_seconds {
            return wrong("idle_seconds must lie between access_seconds and session_seconds");
        }
        if self.leeway_seconds > 30 {
            return wrong("leeway_seconds must be at most 30");
        }
        if !(10..=86_400).contains(&self.jwks_cache_seconds) {
            return wrong("jwks_cache_seconds must lie between 10 and 86400");
        }
        if self.signing_days == 0 || self.signing() < (self.access() + self.jwks_cache()) * 2 {
            return wrong("signing_days must be at least 1 and more than twice access_seconds + jwks_cache_seconds");
        }
        if self.lockout.account_failures == 0 || self.lockout.network_failures == 0 {
            return wrong("lockout.account_failures and lockout.network_failures must be at least 1");
        }
        if self.lockout.account_failures_everywhere < self.lockout.account_failures {
            return wrong("lockout.account_failures_everywhere must be at least lockout.account_failures");
        }
        if self.issuer.is_empty() || self.audience.is_empty() {
            return wrong("issuer and audience must not be empty");
        }
        let parties = self.wechat.apps.iter().map(|app| app.party());
        if !self.clients.is_empty() && !self.clients.iter().map(String::as_str).chain(parties).all(clients::is_name) {
            return wrong("clients are called by one word of at most 100 ASCII characters each");
        }
        if self.clients.is_empty() && self.wechat.apps.iter().any(|app| app.client.is_some()) {
            return wrong("wechat.apps: client means nothing unless clients lists the programs that may log in");
        }
        self.wechat.check().or_else(|what| wrong(&what))
    }
}

impl ServerSecret {
    /// Reads 32 bytes written in base64.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| IdentityError::MalformedSecret)?;
        Ok(Self(bytes.try_into().map_err(|_| IdentityError::MalformedSecret)?))
    }

    /// Makes a new secret, written in base64; for `zugong demo` and for operators.
    pub fn generate() -> Result<String, IdentityError> {
        Ok(STANDARD.encode(opaque::random::<32>()?))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret(…)")
    }
}

impl<'de> Deserialize<'de> for ServerSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The text is not part of the message: it is a secret even when it is malformed.
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_settings_and_impossible_ones_are_refused() {
        assert!(toml::from_str::<IdentityConfig>("acess_seconds = 5").is_err());
        assert!(IdentityConfig::default().check().is_ok());
        assert!(
            toml::from_str::<IdentityConfig>("clients = ['desk', 'wx0123']").is_ok_and(|good| good.check().is_ok())
        );
        for bad in [
            "access_seconds = 0",
            "idle_seconds = 60",
            "leeway_seconds = 31",
            "signing_days = 0",
            "clients = ['desk', '']",
            "clients = ['desk 2.1']",
            "[[wechat.apps]]\napp_id = 'wx1'\nsecret = 'hush'\ntenant = 'a'\nclient = 'mini'",
        ] {
            let config: IdentityConfig = toml::from_str(bad).expect(bad);
            assert!(config.check().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let text = ServerSecret::generate().expect("randomness");
        let config: IdentityConfig = toml::from_str(&format!("secret = \"{text}\"")).expect("well formed");
        assert!(!format!("{config:?}").contains(&text));
        let error = toml::from_str::<IdentityConfig>("secret = \"aGFsZiBhIHNlY3JldA==\"").expect_err("too short");
        assert!(error.message().contains("32 bytes") && !error.message().contains("aGFs"), "{error}");
    }
}
