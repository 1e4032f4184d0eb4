//! Service accounts (服务账号): programs that act with a key, directly or through short-lived tokens.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{app_user, service_key, tenant};
use moka::future::Cache;
use sea_orm::ColumnTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo, Session},
    },
    modules::identity::{
        Identity, audit,
        issue::{Issued, TenantChoice},
        opaque,
        tokens::Subject,
    },
};

/// What service keys begin with: `zgk_<tenant>_<secret>`.
pub const PREFIX: &str = "zgk_";
/// A key is believed for so long without asking the database, less if the tenant's rights change.
const BELIEVED: TimeDelta = TimeDelta::seconds(10);
/// Keys kept in memory.
const KEPT: u64 = 10_000;

/// A live key as it was when it was looked up.
struct Known {
    id: Uuid,
    user: Uuid,
    privileged: bool,
    expires_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    /// The tenant's rights then; withdrawing a key moves them.
    version: Option<i64>,
}

/// The keys that were used lately, by digest of the key or by id.
pub(super) struct ServiceKeys(Cache<[u8; 32], Arc<Known>>);

impl Default for ServiceKeys {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(KEPT).build())
    }
}

/// How a key is named by whoever presents it.
#[derive(Clone, Copy)]
enum Named<'a> {
    /// By itself.
    Key(&'a str),
    /// By a token that was given for it.
    Id(Uuid),
}

/// The tenant that a key names, if it has the form of one.
pub(super) fn tenant_of(key: &str) -> Option<Uuid> {
    let (tenant, secret) = key.strip_prefix(PREFIX)?.split_at_checked(32)?;
    let exact = tenant.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let secret = secret.strip_prefix('_')?;
    (exact && opaque::is_text(secret)).then(|| Uuid::try_parse(tenant).ok())?
}

impl Identity {
    pub(super) async fn service_session(&self, key: &str, request: RequestInfo) -> Result<Session, ApiError> {
        let tenant = tenant_of(key).ok_or(ApiError::of(Code::Unauthenticated))?;
        let known = self.known(tenant, Named::Key(key)).await?;
        self.service_session_of(tenant, &known, request).await
    }

    /// The session of a token that was given for a key, as long as the key lives.
    pub(super) async fn service_token_session(
        &self,
        tenant: Uuid,
        user: Uuid,
        key: Uuid,
        request: RequestInfo,
    ) -> Result<Session, ApiError> {
        let known = self.known(tenant, Named::Id(key)).await?;
        if known.user != user {
            return Err(ApiError::of(Code::Unauthenticated));
        }
        self.service_session_of(tenant, &known, request).await
    }

    async fn service_session_of(&self, tenant: Uuid, known: &Known, request: RequestInfo) -> Result<Session, ApiError> {
        let session = self.platform.session(tenant, known.user, None, request).await?;
        Ok(if known.privileged { session.privileged() } else { session })
    }

    /// Exchanges a service key for an access token, so that the key itself travels seldom.
    pub async fn exchange_service_key(&self, key: &str, request: &RequestInfo) -> Result<Issued, ApiError> {
        let refused = || ApiError::of(Code::Unauthenticated);
        let tenant_id = tenant_of(key).ok_or_else(refused)?;
        let known = self.known(tenant_id, Named::Key(key)).await?;
        // Refuses a user who may not act and a tenant that is not served, as every request would.
        let session = self.platform.session(tenant_id, known.user, None, request.clone()).await?;
        let party = self.clients.listed(session.client().unwrap_or_default());
        self.clients.admit(party, request)?;
        let subject = Subject {
            user: known.user,
            account: None,
            tenant: tenant_id,
            session: None,
            service_key: Some(known.id),
            party,
        };
        let until = known.expires_at.min(self.platform.clock().now() + self.config.access());
        let access = self.tokens.sign(subject, until)?;
        let tx = self.platform.system(Reason::Login).begin(Some(tenant_id)).await?;
        let tenant = tx.global::<tenant::Entity>().filter(tenant::Column::Id.eq(tenant_id)).required().await?;
        let user = tx.parts::<app_user::Entity>().id(known.user).required().await?;
        audit::record(&tx, request, "token", &user, None, json!({ "serviceKey": known.id })).await?;
        tx.commit().await?;
        Ok(Issued {
            access_token: access.token,
            access_until: access.until,
            refresh: None,
            session_id: None,
            tenant: TenantChoice::of(&tenant),
            user_id: user.id,
            user_name: user.name,
            tenants: vec![],
            makes_good: false,
        })
    }

    async fn known(&self, tenant: Uuid, named: Named<'_>) -> Result<Arc<Known>, ApiError> {
        let refused = || ApiError::of(Code::Unauthenticated);
        let now = self.platform.clock().now();
        let slot = match named {
            Named::Key(key) => opaque::digest_bytes(key),
            // Under the tenant, so that one tenant's entry is never another's answer.
            Named::Id(id) => opaque::digest_bytes(&format!("{tenant}/{id}")),
        };
        // Before the look-up: a withdrawal in between makes the entry stale, never fresh.
        let version = self.platform.rights_version(tenant);
        if let Some(known) = self.services.0.get(&slot).await
            && known.version == version
            && now - known.seen_at < BELIEVED
        {
            return if now < known.expires_at { Ok(known) } else { Err(refused()) };
        }
        let tx = self.platform.system(Reason::Login).read(tenant).await?;
        let rows = tx.parts::<service_key::Entity>().filter(service_key::Column::RevokedAt.is_null());
        let row = match named {
            Named::Key(key) => rows.filter(service_key::Column::KeyHash.eq(opaque::digest(key))).one().await?,
            Named::Id(id) => rows.id(id).one().await?,
        };
        tx.rollback().await?;
        let row = row.filter(|row| now < row.expires_at).ok_or_else(refused)?;
        let known = Arc::new(Known {
            id: row.id,
            user: row.user_id,
            privileged: row.privileged,
            expires_at: row.expires_at,
            seen_at: now,
            version,
        });
        self.services.0.insert(slot, known.clone()).await;
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let secret = "A".repeat(43);
        let tenant = Uuid::from_u128(0xabc);
        assert_eq!(tenant_of(&format!("zgk_{}_{secret}", tenant.simple())), Some(tenant));
        for wrong in [
            format!("zgk_{}_{secret}", tenant.simple()).to_uppercase(),
            format!("zgk_{tenant}_{secret}"),
            format!("zgk_{}_{secret}A", tenant.simple()),
            format!("zgk_{}{secret}", tenant.simple()),
            format!("zgk_{}_", tenant.simple()),
            "zgk_".into(),
            format!("zgk_{}é", "0".repeat(31)),
        ] {
            assert_eq!(tenant_of(&wrong), None, "{wrong}");
        }
    }
}
