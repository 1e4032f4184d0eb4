//! Renewing a session (续期): a refresh token works once and brings the next one.
//!
//! A reply may be lost, and then the client comes again with a token that has been used. As long as
//! nobody has used what it was exchanged for, that is answered: the unused successor is withdrawn and
//! another is given. Once a successor has been used, two parties hold tokens of one line, and since
//! nobody can tell which is the thief, the session ends for both. A withdrawn token is the same sign,
//! except at the moment of its withdrawal, when one client may have sent two requests at once.

use chrono::TimeDelta;
use entities::{account, account_tenant, auth_session, refresh_token};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo},
        tx::SystemTx,
    },
    modules::identity::{Identity, audit, issue::Issued, logout, opaque, standing},
};

/// Two tabs of one client that renew together do so within this time.
const SAME_MOMENT: TimeDelta = TimeDelta::seconds(10);

/// What a presented refresh token is worth.
enum Worth {
    /// It was not used before: the only one that exchanges it.
    First,
    /// It was used and its successors were not: an answer was lost.
    Lost,
    /// It is out of use though its session lives: somebody has a copy.
    Copied,
    /// Too old, or withdrawn this moment: refused, and nothing follows.
    Stale,
}

impl Identity {
    /// Exchanges a refresh token for an access token and the next refresh token.
    pub async fn refresh(&self, token: &str, request: &RequestInfo) -> Result<Issued, ApiError> {
        let refused = || ApiError::of(Code::Unauthenticated);
        let hash = opaque::digest(token);
        let session = self.session_of(&hash).await?.ok_or_else(refused)?;
        let tx = self.platform.system(Reason::Login).begin(Some(session.tenant_id)).await?;
        // Whoever renews, ends or moves this session waits here for the others.
        let session = tx
            .global::<auth_session::Entity>()
            .filter(auth_session::Column::Id.eq(session.id))
            .lock()
            .one()
            .await?
            .ok_or_else(refused)?;
        if session.tenant_id != tx.tenant_id() {
            // It has just moved to another tenant; the client may come again.
            return Err(ApiError::of(Code::Conflict));
        }
        if session.revoked_at.is_some() || session.expires_at <= tx.now() {
            return Err(refused());
        }
        let party = self.clients.renewing(&session.client, request)?;
        let row = tx
            .global::<refresh_token::Entity>()
            .filter(refresh_token::Column::TokenHash.eq(hash))
            .one()
            .await?
            .ok_or_else(refused)?;
        let makes_good = match worth(&tx, &row).await? {
            Worth::First => false,
            Worth::Lost => true,
            Worth::Stale => return Err(refused()),
            Worth::Copied => {
                self.end_copied(tx, &session, request).await?;
                return Err(refused());
            }
        };
        let link = tx
            .global::<account_tenant::Entity>()
            .filter(account_tenant::Column::AccountId.eq(session.account_id))
            .filter(account_tenant::Column::TenantId.eq(session.tenant_id))
            .filter(account_tenant::Column::UserId.eq(session.user_id))
            .one()
            .await?
            .ok_or_else(refused)?;
        let account = tx.global::<account::Entity>().filter(account::Column::Id.eq(session.account_id)).one().await?;
        let standing = standing::standing(&tx, &link).await?.ok_or_else(refused)?;
        let works = self.clients.works_in(party, &standing.tenant.code);
        if !works || account.is_none_or(|account| account.disabled) {
            return Err(refused());
        }
        let refresh = self.add_refresh(&tx, &session, Some(row.id)).await?;
        tx.commit().await?;
        Ok(Issued { makes_good, ..self.answer(&session, &standing, Some(refresh))? })
    }

    /// The session of a refresh token, as it was a moment ago.
    pub(super) async fn session_of(&self, hash: &str) -> Result<Option<auth_session::Model>, ApiError> {
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let row = tx.global::<refresh_token::Entity>().filter(refresh_token::Column::TokenHash.eq(hash)).one().await?;
        let session = match row {
            Some(row) => {
                tx.global::<auth_session::Entity>().filter(auth_session::Column::Id.eq(row.session_id)).one().await?
            }
            None => None,
        };
        tx.rollback().await?;
        Ok(session)
    }

    async fn end_copied(
        &self,
        tx: SystemTx,
        session: &auth_session::Model,
        request: &RequestInfo,
    ) -> Result<(), ApiError> {
        tracing::warn!(session = %session.id, tenant = %session.tenant_id, "a refresh token was replayed");
        logout::end(&tx, session.id).await?;
        let user = logout::user_of(&tx, session).await?;
        audit::record(&tx, request, "refresh_replay", &user, Some(session.id), json!({})).await?;
        tx.commit().await
    }
}

/// Judges a token of a live session and, in the same statement that judges, uses it up.
async fn worth(tx: &SystemTx, row: &refresh_token::Model) -> Result<Worth, ApiError> {
    if row.expires_at <= tx.now() {
        return Ok(Worth::Stale);
    }
    if let Some(withdrawn) = row.revoked_at {
        return Ok(if tx.now() - withdrawn < SAME_MOMENT { Worth::Stale } else { Worth::Copied });
    }
    let used = tx
        .change_global::<refresh_token::Entity>()
        .filter(refresh_token::Column::Id.eq(row.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .filter(refresh_token::Column::RevokedAt.is_null())
        .set(refresh_token::Column::UsedAt, Expr::value(tx.now()))
        .run()
        .await?;
    if used == 1 {
        return Ok(Worth::First);
    }
    let successors = tx
        .global::<refresh_token::Entity>()
        .filter(refresh_token::Column::PreviousId.eq(row.id))
        .filter(refresh_token::Column::RevokedAt.is_null())
        .all()
        .await?;
    if successors.iter().any(|s| s.used_at.is_some()) {
        return Ok(Worth::Copied);
    }
    tx.change_global::<refresh_token::Entity>()
        .filter(refresh_token::Column::PreviousId.eq(row.id))
        .filter(refresh_token::Column::RevokedAt.is_null())
        .set(refresh_token::Column::RevokedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(Worth::Lost)
}
