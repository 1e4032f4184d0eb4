//! A log-in, which may have users in several tenants (登录账号).

use sea_orm::entity::prelude::*;

/// A log-in, which may have users in several tenants (登录账号).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Log-in name, normalised
    pub login: String,
    /// argon2id, none for service accounts
    pub password_hash: Option<String>,
    /// Failures of late, those of each network up to a limit
    pub failed_count: i32,
    /// No attempt from a network that is not the owner's is judged before this time
    pub locked_until: Option<DateTimeUtc>,
    /// Closed by an administrator
    pub disabled: bool,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

global_entity!();
