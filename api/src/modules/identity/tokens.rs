//! Access tokens (访问令牌): JWTs signed with Ed25519, checked once and remembered until they expire.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    kernel::{
        clock::Clock,
        error::{ApiError, Code},
    },
    modules::identity::{config::IdentityConfig, keys::KeyRing, opaque},
};

/// A token of ours has about 600 characters; nothing longer is looked at.
const LONGEST: usize = 2_048;
/// Says in the header that this is an access token and nothing else signed by us (RFC 9068).
const TYPE: &str = "at+jwt";
/// Checked tokens kept in memory; each is about 400 bytes.
const REMEMBERED: u64 = 100_000;

/// What an access token says. Rights are not in it: they are loaded and may change at any moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// The user (用户).
    pub sub: Uuid,
    /// The log-in (账号); none for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acc: Option<Uuid>,
    /// The tenant (租户).
    pub tid: Uuid,
    /// The session (会话); none for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// The service key it was exchanged for (服务密钥); none for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svc: Option<Uuid>,
    /// The program it was given to (客户端程序), where programs are listed and it named itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// When it was issued, seconds since 1970.
    pub iat: i64,
    /// Not valid before.
    pub nbf: i64,
    /// Not valid from then on.
    pub exp: i64,
    /// Its own id.
    pub jti: Uuid,
}

/// For whom a token is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) user: Uuid,
    pub(super) account: Option<Uuid>,
    pub(super) tenant: Uuid,
    pub(super) session: Option<Uuid>,
    pub(super) service_key: Option<Uuid>,
    pub(super) party: Option<&'a str>,
}

/// A token and when it expires.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) token: String,
    pub(super) until: DateTime<Utc>,
}

/// The header that we write and the only one that we read: `jku`, `jwk`, `x5u`, `crit` and all else
/// that could send a verifier astray make a token unreadable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnlyHeader {
    alg: String,
    kid: String,
    typ: String,
}

struct Verified {
    claims: Arc<Claims>,
    kid: String,
}

/// Signs and checks access tokens.
pub struct Tokens {
    ring: Arc<KeyRing>,
    clock: Clock,
    issuer: String,
    audience: String,
    leeway_seconds: i64,
    validation: Validation,
    verified: Cache<[u8; 32], Arc<Verified>>,
}

impl Tokens {
    /// Prepares the checks.
    pub fn new(ring: Arc<KeyRing>, clock: Clock, config: &IdentityConfig) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // The library asks the machine for the time; ours comes from the platform's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let kept = Duration::from_secs(u64::from(config.access_seconds) + u64::from(config.leeway_seconds));
        Self {
            ring,
            clock,
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            leeway_seconds: config.leeway_seconds.into(),
            validation,
            verified: Cache::builder().max_capacity(REMEMBERED).time_to_live(kept).build(),
        }
    }

    pub(super) fn sign(&self, subject: Subject<'_>, until: DateTime<Utc>) -> Result<Signed, ApiError> {
        let failed = || ApiError::of(Code::InternalServerError);
        let now = self.clock.now();
        let key = self.ring.signer(now).ok_or(ApiError::of(Code::Unavailable))?;
        // Nobody would accept it for longer than its key.
        let until = until.min(key.retire_at);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: subject.user,
            acc: subject.account,
            tid: subject.tenant,
            sid: subject.session,
            svc: subject.service_key,
            azp: subject.party.map(str::to_owned),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: until.timestamp(),
            jti: uuid::Builder::from_random_bytes(opaque::random().map_err(|_| failed())?).into_uuid(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.into());
        header.kid = Some(key.kid.clone());
        let signs = key.signs.as_ref().ok_or(failed())?;
        let token = jsonwebtoken::encode(&header, &claims, signs).map_err(|error| {
            tracing::error!(%error, "an access token could not be signed");
            failed()
        })?;
        Ok(Signed { token, until })
    }

    /// Checks a token. Whether its session still lives is asked of the platform afterwards.
    pub async fn verify(&self, token: &str) -> Result<Arc<Claims>, ApiError> {
        let refused = || ApiError::of(Code::Unauthenticated);
        if token.len() > LONGEST {
            return Err(refused());
        }
        let now = self.clock.now();
        let digest = opaque::digest_bytes(token);
        if let Some(known) = self.verified.get(&digest).await {
            // A key may have been withdrawn since.
            let valid = self.is_current(&known.claims, now) && self.ring.find(&known.kid, now).is_some();
            return if valid { Ok(known.claims.clone()) } else { Err(refused()) };
        }
        let header = read_header(token).ok_or_else(refused)?;
        let key = self.ring.find_or_reload(&header.kid, now).await.ok_or_else(refused)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.verifies, &self.validation)
            .map(|data| Arc::new(data.claims))
            .map_err(|_| refused())?;
        // One of the two says whom to ask whether the token has been withdrawn.
        if claims.sid.is_some() == claims.svc.is_some() || !self.is_current(&claims, now) {
            return Err(refused());
        }
        self.verified.insert(digest, Arc::new(Verified { claims: claims.clone(), kid: header.kid })).await;
        Ok(claims)
    }

    fn is_current(&self, claims: &Claims, now: DateTime<Utc>) -> bool {
        let now = now.timestamp();
        claims.nbf <= now.saturating_add(self.leeway_seconds) && now < claims.exp.saturating_add(self.leeway_seconds)
    }
}

fn read_header(token: &str) -> Option<OnlyHeader> {
    let mut segments = token.split('.');
    let (header, _, _) = (segments.next()?, segments.next()?, segments.next()?);
    if segments.next().is_some() {
        return None;
    }
    let header: OnlyHeader = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    (header.alg == "EdDSA" && header.typ == TYPE).then_some(header)
}
