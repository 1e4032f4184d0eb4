//! Going to another tenant without logging in again (切换租户).
//!
//! The session moves; it is not copied. Its access tokens for the old tenant die at once, and its
//! refresh token stays: should this answer be lost, renewing gives an access token for where it is now.

use entities::{account_tenant, auth_session, authz_version};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        bus::Hint,
        error::{ApiError, Code},
        session::{Reason, Session},
        tx::{SystemTx, plus_one},
    },
    modules::identity::{
        Identity, audit,
        issue::Issued,
        standing::{self, Standing},
    },
};

impl Identity {
    /// Moves a session to the tenant of this code, if its account has an active user there and its client works there;
    /// `NOT_FOUND` says neither whether there is such a tenant nor why not.
    pub async fn switch(&self, session: &Session, code: &str) -> Result<Issued, ApiError> {
        let id = session.session_id().ok_or(ApiError::of(Code::Forbidden))?;
        let old = session.tenant().id;
        let account = self.account_of_session(id).await?;
        let code = code.trim().to_lowercase();
        let standings = self.standings(account).await?;
        let party = self.clients.known(session.client().unwrap_or_default());
        let chosen = standings.iter().find(|s| s.tenant.code == code && self.clients.works_in(party, &code));
        let chosen = chosen.ok_or(ApiError::of(Code::NotFound))?;
        let new = chosen.tenant.id;
        let tx = self.platform.system(Reason::Login).begin(Some(new)).await?;
        let (row, standing) = arrive(&tx, id, old, account).await?;
        let version = if old == new { None } else { Some(bump(&tx, old).await?) };
        let detail = json!({ "direction": "arrival" });
        audit::record(&tx, session.request(), "switch", &standing.user, Some(id), detail).await?;
        tx.commit().await?;
        if let Some(version) = version {
            // In this process at once, elsewhere by the hint.
            self.platform.heard(old, version);
            self.platform.bus().tell(Hint::Rights(old, version));
            self.record_departure(session).await?;
        }
        self.answer(&row, &standing, None)
    }

    async fn account_of_session(&self, id: Uuid) -> Result<Uuid, ApiError> {
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let row = tx.global::<auth_session::Entity>().filter(auth_session::Column::Id.eq(id)).one().await?;
        tx.rollback().await?;
        row.map(|row| row.account_id).ok_or(ApiError::of(Code::Unauthenticated))
    }

    /// The tenant that was left keeps its own record; row-level security wants a transaction of its own.
    async fn record_departure(&self, session: &Session) -> Result<(), ApiError> {
        let tx = self.platform.system(Reason::Login).begin(Some(session.tenant().id)).await?;
        let user = tx.parts::<entities::app_user::Entity>().id(session.user_id()).required().await?;
        let detail = json!({ "direction": "departure" });
        audit::record(&tx, session.request(), "switch", &user, session.session_id(), detail).await?;
        tx.commit().await
    }
}

/// Moves the session row into the transaction's tenant, if it still is where the caller's token says.
async fn arrive(
    tx: &SystemTx,
    id: Uuid,
    old: Uuid,
    account: Uuid,
) -> Result<(auth_session::Model, Standing), ApiError> {
    let link = tx
        .global::<account_tenant::Entity>()
        .filter(account_tenant::Column::AccountId.eq(account))
        .filter(account_tenant::Column::TenantId.eq(tx.tenant_id()))
        .required()
        .await?;
    // Read again here: what was true a moment ago in another transaction may have ended.
    let standing = standing::standing(tx, &link).await?.ok_or(ApiError::of(Code::NotFound))?;
    let moved = tx
        .change_global::<auth_session::Entity>()
        .filter(auth_session::Column::Id.eq(id))
        .filter(auth_session::Column::TenantId.eq(old))
        .filter(auth_session::Column::RevokedAt.is_null())
        .filter(auth_session::Column::ExpiresAt.gt(tx.now()))
        .set(auth_session::Column::TenantId, Expr::value(link.tenant_id))
        .set(auth_session::Column::UserId, Expr::value(link.user_id))
        .run()
        .await?;
    if moved == 0 {
        return Err(ApiError::of(Code::Conflict));
    }
    let row = tx.global::<auth_session::Entity>().filter(auth_session::Column::Id.eq(id)).required().await?;
    Ok((row, standing))
}

/// Moves the version of another tenant's rights in this transaction, so that move and loss are one. The
/// new tenant needs none: a session that is not in a cached list is looked up anyway.
async fn bump(tx: &SystemTx, tenant: Uuid) -> Result<i64, ApiError> {
    tx.change_global::<authz_version::Entity>()
        .filter(authz_version::Column::TenantId.eq(tenant))
        .set(authz_version::Column::Version, plus_one(authz_version::Column::Version))
        .run()
        .await?;
    let row =
        tx.global::<authz_version::Entity>().filter(authz_version::Column::TenantId.eq(tenant)).required().await?;
    Ok(row.version)
}
