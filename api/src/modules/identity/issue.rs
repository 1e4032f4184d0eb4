//! What a client gets when it has proved who it is, and how a session and its tokens come to be.

use chrono::{DateTime, TimeDelta, Utc};
use entities::{account_tenant, app_user, auth_session, refresh_token};
use sea_orm::{ColumnTrait, Set};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo, System},
        tx::SystemTx,
    },
    modules::identity::{
        Identity, audit, clients, opaque,
        standing::{self, Standing},
        tokens::{Signed, Subject},
    },
};

/// What refresh tokens begin with, so that a leaked one is recognised by scanners.
const REFRESH_PREFIX: &str = "zgr_";

/// A tenant in which an account may act (可用租户).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantChoice {
    /// The tenant.
    pub id: Uuid,
    /// Its short code, by which a client asks for it.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Tokens and what they are for (登录结果).
#[derive(Clone, Debug)]
pub struct Issued {
    /// The access token (访问令牌).
    pub access_token: String,
    /// When it expires.
    pub access_until: DateTime<Utc>,
    /// The refresh token and when it expires (刷新令牌); none where the client keeps the one it has.
    pub refresh: Option<(String, DateTime<Utc>)>,
    /// The session (会话); none for a service.
    pub session_id: Option<Uuid>,
    /// The tenant in which it acts.
    pub tenant: TenantChoice,
    /// The user it is there.
    pub user_id: Uuid,
    /// That user's name.
    pub user_name: String,
    /// All tenants in which the account may act; only log-in lists them.
    pub tenants: Vec<TenantChoice>,
    /// Whether this answer makes good for one that was lost (see [`Identity::refresh`]).
    pub makes_good: bool,
}

/// A session just opened, with its first refresh token.
pub(super) struct Opened {
    pub(super) session: auth_session::Model,
    pub(super) refresh: (String, DateTime<Utc>),
}

impl TenantChoice {
    pub(super) fn of(tenant: &entities::tenant::Model) -> Self {
        Self { id: tenant.id, code: tenant.code.clone(), name: tenant.name.clone() }
    }
}

impl Identity {
    /// Opens a session of an account in the transaction's tenant.
    pub(super) async fn open_session(
        &self,
        tx: &SystemTx,
        account: Uuid,
        user: Uuid,
        client: &str,
        until: DateTime<Utc>,
    ) -> Result<Opened, ApiError> {
        let session = tx
            .insert_global(auth_session::ActiveModel {
                id: Set(tx.new_id()),
                account_id: Set(account),
                tenant_id: Set(tx.tenant_id()),
                user_id: Set(user),
                client: Set(clients::kept(client)),
                created_at: Set(tx.now()),
                expires_at: Set(until),
                revoked_at: Set(None),
            })
            .await?;
        let refresh = self.add_refresh(tx, &session, None).await?;
        Ok(Opened { session, refresh })
    }

    /// Adds a refresh token to a session, in place of another if one is named.
    pub(super) async fn add_refresh(
        &self,
        tx: &SystemTx,
        session: &auth_session::Model,
        previous: Option<Uuid>,
    ) -> Result<(String, DateTime<Utc>), ApiError> {
        let token = format!("{REFRESH_PREFIX}{}", opaque::text()?);
        let until = session.expires_at.min(tx.now() + self.config.idle());
        tx.insert_global(refresh_token::ActiveModel {
            id: Set(tx.new_id()),
            session_id: Set(session.id),
            token_hash: Set(opaque::digest(&token)),
            previous_id: Set(previous),
            created_at: Set(tx.now()),
            expires_at: Set(until),
            used_at: Set(None),
            revoked_at: Set(None),
        })
        .await?;
        Ok((token, until))
    }

    /// Signs an access token of a session, which never outlives it.
    pub(super) fn sign_for(&self, session: &auth_session::Model, life: TimeDelta) -> Result<Signed, ApiError> {
        let subject = Subject {
            user: session.user_id,
            account: Some(session.account_id),
            tenant: session.tenant_id,
            session: Some(session.id),
            service_key: None,
            party: self.clients.known(&session.client),
        };
        self.tokens.sign(subject, session.expires_at.min(self.platform.clock().now() + life))
    }

    pub(super) fn answer(
        &self,
        session: &auth_session::Model,
        standing: &Standing,
        refresh: Option<(String, DateTime<Utc>)>,
    ) -> Result<Issued, ApiError> {
        let access = self.sign_for(session, self.config.access())?;
        Ok(Issued {
            access_token: access.token,
            access_until: access.until,
            refresh,
            session_id: Some(session.id),
            tenant: TenantChoice::of(&standing.tenant),
            user_id: standing.user.id,
            user_name: standing.user.name.clone(),
            tenants: vec![],
            makes_good: false,
        })
    }

    /// Opens a session for a user without a password and signs an access token of the given life. Only
    /// an operator's own command may do so, and it is audited like any log-in.
    pub async fn issue_for(
        &self,
        system: &System,
        tenant: Uuid,
        user: Uuid,
        life: TimeDelta,
    ) -> Result<Issued, ApiError> {
        if system.reason() != Reason::Provision {
            return Err(ApiError::of(Code::Forbidden));
        }
        let tx = system.begin(Some(tenant)).await?;
        let row = tx.parts::<app_user::Entity>().id(user).required().await?;
        let link = tx
            .global::<account_tenant::Entity>()
            .filter(account_tenant::Column::TenantId.eq(tenant))
            .filter(account_tenant::Column::UserId.eq(user))
            .required()
            .await?;
        let standing = standing::standing(&tx, &link).await?.ok_or(ApiError::of(Code::NotFound))?;
        let until = tx.now() + self.config.session().max(life);
        let opened = self.open_session(&tx, link.account_id, user, "operator", until).await?;
        let request = RequestInfo { id: "operator".into(), ..RequestInfo::default() };
        audit::record(&tx, &request, "login", &row, Some(opened.session.id), json!({ "by": "operator" })).await?;
        tx.commit().await?;
        let access = self.sign_for(&opened.session, life)?;
        let issued = self.answer(&opened.session, &standing, Some(opened.refresh))?;
        Ok(Issued { access_token: access.token, access_until: access.until, ..issued })
    }
}
