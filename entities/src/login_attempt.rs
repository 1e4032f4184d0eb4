//! What a log-in's attempts from one network came to (登录尝试).

use sea_orm::entity::prelude::*;

/// What a log-in's attempts from one network came to (登录尝试).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login_attempt")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account
    pub account_id: Uuid,
    /// The address, or the /64 of an IPv6 address; empty if it is not known
    pub network: String,
    /// Failures since the last success
    pub failed_count: i32,
    /// No attempt from here is judged before this time
    pub locked_until: Option<DateTimeUtc>,
    /// Until then the network counts as the owner's: a log-in from it has succeeded
    pub known_until: Option<DateTimeUtc>,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

global_entity!();
