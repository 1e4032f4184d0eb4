//! Where an account may act: its active users in the tenants that are served.

use entities::{
    account_tenant, app_user, tenant,
    values::{TenantState, UserState},
};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, session::Reason, tx::SystemTx},
    modules::identity::Identity,
};

/// Tenants of one account that are looked at; nobody works in more.
const MOST: u64 = 64;

/// An account's active user in a tenant that is served.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) tenant: tenant::Model,
    pub(super) user: app_user::Model,
    pub(super) is_default: bool,
}

impl Identity {
    /// All standings of an account, the default first.
    pub(super) async fn standings(&self, account: Uuid) -> Result<Vec<Standing>, ApiError> {
        let links = self.links(account).await?;
        let mut standings = Vec::with_capacity(links.len());
        for link in links {
            // One transaction each: row-level security lets a transaction see one tenant's users only.
            let tx = self.platform.system(Reason::Login).begin(Some(link.tenant_id)).await?;
            let standing = standing(&tx, &link).await?;
            tx.rollback().await?;
            standings.extend(standing);
        }
        standings.sort_by(|a, b| (!a.is_default, &a.tenant.code).cmp(&(!b.is_default, &b.tenant.code)));
        Ok(standings)
    }

    /// The tenants with which an account is connected, whether or not it may act there, the default first.
    pub(super) async fn links(&self, account: Uuid) -> Result<Vec<account_tenant::Model>, ApiError> {
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let mut links = tx
            .global::<account_tenant::Entity>()
            .filter(account_tenant::Column::AccountId.eq(account))
            .limit(MOST)
            .all()
            .await?;
        tx.rollback().await?;
        links.sort_by_key(|link| (!link.is_default, link.tenant_id));
        Ok(links)
    }
}

/// The standing behind a link, seen from a transaction of the link's tenant.
pub(super) async fn standing(tx: &SystemTx, link: &account_tenant::Model) -> Result<Option<Standing>, ApiError> {
    let tenant = tx.global::<tenant::Entity>().filter(tenant::Column::Id.eq(link.tenant_id)).one().await?;
    let user = user_of(tx, link).await?.filter(|user| user.state == UserState::Active);
    Ok(match (tenant, user) {
        (Some(tenant), Some(user)) if tenant.state == TenantState::Active => {
            Some(Standing { tenant, user, is_default: link.is_default })
        }
        _ => None,
    })
}

/// The user behind a link, active or not, seen from a transaction of the link's tenant.
pub(super) async fn user_of(tx: &SystemTx, link: &account_tenant::Model) -> Result<Option<app_user::Model>, ApiError> {
    tx.parts::<app_user::Entity>().id(link.user_id).filter(app_user::Column::AccountId.eq(link.account_id)).one().await
}
