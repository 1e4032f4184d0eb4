//! Who somebody is (身份): log-in by password, sessions and their tokens, service keys.
//!
//! A log-in (账号) is global and may have a user (用户) in several tenants. Logging in opens a session
//! (会话) that works in one tenant at a time and is renewed by single-use refresh tokens. Access tokens
//! are short, signed and checked in memory; whether their session still lives is asked of the platform
//! at every request, so that ending a session takes effect at once. Rights are never in a token.

mod attempts;
mod audit;
mod clients;
pub mod config;
pub mod issue;
pub mod keys;
mod lockout;
pub mod login;
pub mod logout;
mod opaque;
pub mod password;
pub mod passwords;
pub mod provision;
pub mod refresh;
mod rotation;
mod seal;
pub mod service;
mod standing;
pub mod switch;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod wechat;

use std::sync::Arc;

use aws_lc_rs::hmac;
use thiserror::Error;
use uuid::Uuid;

pub use config::IdentityConfig;
pub use issue::{Issued, TenantChoice};
pub use login::Login;
pub use wechat::WechatLogin;

use crate::{
    kernel::{
        error::{ApiError, Code},
        platform::Platform,
        session::{RequestInfo, Session},
    },
    modules::identity::{
        attempts::{Attempts, Strangers},
        clients::Clients,
        keys::KeyRing,
        passwords::Passwords,
        service::ServiceKeys,
        tokens::Tokens,
    },
};

/// Why the identity module cannot start or renew its keys. The words are for operators.
#[derive(Clone, Debug, Error)]
pub enum IdentityError {
    /// A setting cannot work.
    #[error("identity settings: {0}")]
    Config(String),
    /// There is no secret.
    #[error(
        "identity.secret is not set: put 32 random bytes in base64 there, as `openssl rand -base64 32` prints them"
    )]
    MissingSecret,
    /// The secret is not 32 bytes in base64.
    #[error("identity.secret must be 32 bytes in base64, as `openssl rand -base64 32` prints them")]
    MalformedSecret,
    /// A signing key does not open.
    #[error("signing key {0} does not open: it was sealed with another identity.secret, or its row was changed")]
    WrongSecret(Uuid),
    /// The cryptographic library refused.
    #[error("cryptography failed at {0}")]
    Crypto(&'static str),
    /// The database refused; its words are in the log.
    #[error("the database failed with {}: {}", .0.code.as_str(), .0.message(crate::kernel::session::Locale::En))]
    Database(Box<ApiError>),
}

impl From<ApiError> for IdentityError {
    fn from(error: ApiError) -> Self {
        Self::Database(Box::new(error))
    }
}

/// The identity module at work (身份服务). One for the whole process.
pub struct Identity {
    platform: Arc<Platform>,
    config: IdentityConfig,
    passwords: Passwords,
    ring: Arc<KeyRing>,
    tokens: Tokens,
    clients: Clients,
    services: ServiceKeys,
    networks: Attempts,
    strangers: Strangers,
    wechat: Option<wechat::Client>,
}

impl Identity {
    /// Checks the settings, loads or makes the signing keys and prepares everything.
    pub async fn start(platform: Arc<Platform>, config: IdentityConfig) -> Result<Arc<Self>, IdentityError> {
        config.check()?;
        let ring = Arc::new(KeyRing::open(platform.clone(), &config).await?);
        let limits = &config.lockout;
        Ok(Arc::new(Self {
            passwords: Passwords::new(&config.argon2)?,
            tokens: Tokens::new(ring.clone(), platform.clock().clone(), &config),
            clients: Clients::of(&config),
            services: ServiceKeys::default(),
            networks: Attempts::new(limits.network_failures, limits.network_longest_seconds),
            strangers: Strangers::new(limits),
            wechat: match config.wechat.apps.is_empty() {
                true => None,
                false => Some(wechat::Client::new(&config.wechat)?),
            },
            ring,
            platform,
            config,
        }))
    }

    /// Keeps the signing keys current from now on; for servers.
    pub fn watch(&self) {
        self.ring.watch();
    }

    /// The key that makes cursors of lists unforgeable; replicas with one secret agree on it.
    pub fn cursor_key(&self) -> Result<hmac::Key, IdentityError> {
        seal::cursor_key(self.config.secret.as_ref().ok_or(IdentityError::MissingSecret)?)
    }

    /// The seed of the key that a tenant's messages to other nodes are signed by; replicas with one secret agree on it.
    pub(crate) fn node_seed(&self, tenant: Uuid) -> Result<[u8; 32], IdentityError> {
        seal::node_seed(self.config.secret.as_ref().ok_or(IdentityError::MissingSecret)?, tenant)
    }

    /// The key under which a tenant's audit record is sealed; replicas with one secret agree on it.
    pub(crate) fn audit_key(&self, tenant: Uuid) -> Result<[u8; 32], IdentityError> {
        seal::audit_key(self.config.secret.as_ref().ok_or(IdentityError::MissingSecret)?, tenant)
    }

    /// Seals the secret of a connection under the id of its row, so that it cannot be moved to another.
    pub(crate) fn seal_secret(&self, id: Uuid, plain: &str) -> Result<String, IdentityError> {
        let secret = self.config.secret.as_ref().ok_or(IdentityError::MissingSecret)?;
        seal::Seal::of_connectors(secret)?.close(id, plain.as_bytes())
    }

    /// Opens the secret of a connection, for a call that is about to be made.
    pub(crate) fn open_secret(&self, id: Uuid, sealed: &str) -> Result<Vec<u8>, IdentityError> {
        let secret = self.config.secret.as_ref().ok_or(IdentityError::MissingSecret)?;
        seal::Seal::of_connectors(secret)?.open(id, sealed)
    }

    /// What tells one secret from another in a digest of an input, and nothing about either.
    pub(crate) fn fingerprint(&self, told: &str) -> Result<String, IdentityError> {
        seal::fingerprint(self.config.secret.as_ref().ok_or(IdentityError::MissingSecret)?, told.as_bytes())
    }

    /// The shared parts of the server.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// The settings.
    pub fn config(&self) -> &IdentityConfig {
        &self.config
    }

    /// The signing keys.
    pub fn keys(&self) -> &KeyRing {
        &self.ring
    }

    /// Access tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Passwords.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The session behind a `Bearer` token: an access token or a service key. Every request and every
    /// event of a subscription passes here or through [`Platform::session`]; nothing is trusted twice.
    pub async fn authenticate(&self, bearer: &str, request: RequestInfo) -> Result<Session, ApiError> {
        if bearer.starts_with(service::PREFIX) {
            let session = self.service_session(bearer, request).await?;
            let party = self.clients.listed(session.client().unwrap_or_default());
            self.clients.admit(party, session.request())?;
            return Ok(session);
        }
        let claims = self.tokens.verify(bearer).await?;
        self.clients.admit(claims.azp.as_deref(), &request)?;
        match (claims.sid, claims.svc) {
            (Some(sid), None) => self.platform.session(claims.tid, claims.sub, Some(sid), request).await,
            (None, Some(key)) => self.service_token_session(claims.tid, claims.sub, key, request).await,
            _ => Err(ApiError::of(Code::Unauthenticated)),
        }
    }
}
