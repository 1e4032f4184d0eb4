//! A single-use token that renews a session.

use sea_orm::entity::prelude::*;

/// A single-use token that renews a session.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The session
    pub session_id: Uuid,
    /// SHA-256 of the token, hex
    pub token_hash: String,
    /// The token it was exchanged for
    pub previous_id: Option<Uuid>,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// Unused after this
    pub expires_at: DateTimeUtc,
    /// When it was exchanged
    pub used_at: Option<DateTimeUtc>,
    /// When it was withdrawn
    pub revoked_at: Option<DateTimeUtc>,
}

global_entity!();
