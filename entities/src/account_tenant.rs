//! Which user an account is in which tenant.

use sea_orm::entity::prelude::*;

/// Which user an account is in which tenant.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_tenant")]
pub struct Model {
    /// The account
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The user there
    pub user_id: Uuid,
    /// Used when log-in names no tenant
    pub is_default: bool,
}

global_entity!();
