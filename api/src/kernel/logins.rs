//! The only way from a tenant's transaction to log-ins and sessions, which belong to no tenant.
//!
//! Administrators make users, disable them and end their sessions in one transaction with the tenant's own
//! rows, so that none of it can happen by halves. What they reach here is bounded: a log-in can be made
//! but neither read nor changed, and only sessions of the transaction's own tenant can be ended.

use entities::{account, account_tenant, auth_session, refresh_token};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set, sea_query::Expr,
};
use uuid::Uuid;

use crate::kernel::{
    error::ApiError,
    tx::{Inner, Tx},
};

/// Log-ins and sessions as far as an administrator of a tenant may touch them.
pub(crate) struct Logins<'t> {
    tx: &'t Inner,
    now: chrono::DateTime<chrono::Utc>,
}

impl Tx {
    /// Log-ins and sessions; for `modules::administration` only.
    pub(crate) fn logins(&self) -> Logins<'_> {
        Logins { tx: self, now: self.session().now() }
    }
}

impl Logins<'_> {
    /// Whether a log-in name is taken, in whatever tenant.
    pub(crate) async fn is_taken(&self, login: &str) -> Result<bool, ApiError> {
        let same = account::Entity::find().filter(account::Column::Login.eq(login));
        Ok(same.count(self.tx.raw().await?).await? > 0)
    }

    /// Makes a log-in (账号); the password comes hashed.
    pub(crate) async fn create(&self, login: &str, password_hash: Option<String>) -> Result<Uuid, ApiError> {
        let id = self.tx.new_id();
        let row = account::ActiveModel {
            id: Set(id),
            login: Set(login.into()),
            password_hash: Set(password_hash),
            failed_count: Set(0),
            locked_until: Set(None),
            disabled: Set(false),
            created_at: Set(self.now),
            updated_at: Set(self.now),
        };
        row.insert(self.tx.raw().await?).await?;
        Ok(id)
    }

    /// Lets a log-in that has just been made act as a user of this tenant.
    pub(crate) async fn link(&self, account: Uuid, user: Uuid) -> Result<(), ApiError> {
        let row = account_tenant::ActiveModel {
            account_id: Set(account),
            tenant_id: Set(self.tx.tenant_id()),
            user_id: Set(user),
            is_default: Set(true),
        };
        row.insert(self.tx.raw().await?).await?;
        Ok(())
    }

    /// Ends every session in which a user works in this tenant, with its tokens, and tells how many.
    /// The caller moves the version of the tenant's rights, so that every replica forgets them.
    pub(crate) async fn end_sessions(&self, user: Uuid) -> Result<usize, ApiError> {
        let live: Vec<Uuid> = auth_session::Entity::find()
            .filter(auth_session::Column::TenantId.eq(self.tx.tenant_id()))
            .filter(auth_session::Column::UserId.eq(user))
            .filter(auth_session::Column::RevokedAt.is_null())
            .lock_exclusive()
            .all(self.tx.raw().await?)
            .await?
            .into_iter()
            .map(|session| session.id)
            .collect();
        auth_session::Entity::update_many()
            .col_expr(auth_session::Column::RevokedAt, Expr::value(self.now))
            .filter(auth_session::Column::Id.is_in(live.iter().copied()))
            .exec(self.tx.raw().await?)
            .await?;
        refresh_token::Entity::update_many()
            .col_expr(refresh_token::Column::RevokedAt, Expr::value(self.now))
            .filter(refresh_token::Column::SessionId.is_in(live.iter().copied()))
            .filter(refresh_token::Column::RevokedAt.is_null())
            .exec(self.tx.raw().await?)
            .await?;
        Ok(live.len())
    }
}
