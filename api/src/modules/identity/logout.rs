//! Ending sessions (退出登录). It takes effect at once on every replica: the version of the tenant's
//! rights moves, and with it goes every cached list of live sessions.

use std::collections::BTreeSet;

use entities::{app_user, auth_session, refresh_token};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo, Session},
        tx::SystemTx,
    },
    modules::identity::{Identity, audit, opaque},
};

impl Identity {
    /// Ends the session of a request. A service key has none; it is withdrawn by its administrator.
    pub async fn logout(&self, session: &Session) -> Result<(), ApiError> {
        let id = session.session_id().ok_or(ApiError::of(Code::Forbidden))?;
        self.end_one(session.tenant().id, id, session.request()).await
    }

    /// Ends the session of a refresh token, for a client whose access token has expired. Whether there
    /// was such a session is not said: either way there is none afterwards.
    pub async fn logout_by_refresh(&self, token: &str, request: &RequestInfo) -> Result<(), ApiError> {
        match self.session_of(&opaque::digest(token)).await? {
            Some(session) => self.end_one(session.tenant_id, session.id, request).await,
            None => Ok(()),
        }
    }

    /// Ends all sessions of an account in all tenants but one: after its password changed.
    pub async fn end_other_sessions(&self, account: Uuid, kept: Uuid, request: &RequestInfo) -> Result<(), ApiError> {
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let live = tx
            .global::<auth_session::Entity>()
            .filter(auth_session::Column::AccountId.eq(account))
            .filter(auth_session::Column::Id.ne(kept))
            .filter(auth_session::Column::RevokedAt.is_null())
            .all()
            .await?;
        tx.rollback().await?;
        let sessions: BTreeSet<_> = live.iter().map(|s| (s.tenant_id, s.id)).collect();
        for (tenant, id) in sessions {
            self.end_one(tenant, id, request).await?;
        }
        Ok(())
    }

    async fn end_one(&self, tenant: Uuid, id: Uuid, request: &RequestInfo) -> Result<(), ApiError> {
        let tx = self.platform.system(Reason::Login).begin(Some(tenant)).await?;
        let session =
            tx.global::<auth_session::Entity>().filter(auth_session::Column::Id.eq(id)).lock().required().await?;
        if session.tenant_id != tenant {
            // It has just moved to another tenant, whose replicas would not be told.
            return Err(ApiError::of(Code::Conflict));
        }
        if end(&tx, id).await? {
            let user = user_of(&tx, &session).await?;
            audit::record(&tx, request, "logout", &user, Some(id), json!({})).await?;
        }
        tx.commit().await
    }
}

/// Withdraws a session and all its tokens in the session's tenant, and tells whether it was live.
pub(super) async fn end(tx: &SystemTx, id: Uuid) -> Result<bool, ApiError> {
    let ended = tx
        .change_global::<auth_session::Entity>()
        .filter(auth_session::Column::Id.eq(id))
        .filter(auth_session::Column::RevokedAt.is_null())
        .set(auth_session::Column::RevokedAt, Expr::value(tx.now()))
        .run()
        .await?;
    if ended == 0 {
        return Ok(false);
    }
    tx.change_global::<refresh_token::Entity>()
        .filter(refresh_token::Column::SessionId.eq(id))
        .filter(refresh_token::Column::RevokedAt.is_null())
        .set(refresh_token::Column::RevokedAt, Expr::value(tx.now()))
        .run()
        .await?;
    tx.rights_changed().await?;
    Ok(true)
}

/// The user of a session, seen from the session's tenant.
pub(super) async fn user_of(tx: &SystemTx, session: &auth_session::Model) -> Result<app_user::Model, ApiError> {
    tx.parts::<app_user::Entity>().id(session.user_id).required().await
}
