//! One log-in of an account on one client (会话).

use sea_orm::entity::prelude::*;

/// One log-in of an account on one client (会话).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_session")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account
    pub account_id: Uuid,
    /// The tenant it now works in
    pub tenant_id: Uuid,
    /// The user it now acts as
    pub user_id: Uuid,
    /// What the client calls itself
    pub client: String,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// No token is renewed after this
    pub expires_at: DateTimeUtc,
    /// Ended before its time
    pub revoked_at: Option<DateTimeUtc>,
}

global_entity!();
