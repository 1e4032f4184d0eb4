//! The outcome of a command under a client's key.

use sea_orm::entity::prelude::*;

/// The outcome of a command under a client's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose key
    pub actor_id: Uuid,
    /// The key
    pub key: String,
    /// The command
    pub operation: String,
    /// SHA-256 of the input, hex
    pub body_hash: String,
    /// What it returned
    pub outcome: Json,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// Forgotten after this
    pub expires_at: DateTimeUtc,
}

tenant_entity!("idempotency");
