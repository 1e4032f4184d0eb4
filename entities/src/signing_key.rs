//! A key that signs access tokens.

use sea_orm::entity::prelude::*;

/// A key that signs access tokens.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// PKCS#8 document sealed with the server's secret, base64
    pub sealed_key: String,
    /// Ed25519 public key, base64url
    pub public_key: String,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// Signs from this time on; published before it
    pub sign_from: DateTimeUtc,
    /// Signs no more after this
    pub sign_until: DateTimeUtc,
    /// Refused after this
    pub retire_at: DateTimeUtc,
}

global_entity!();
