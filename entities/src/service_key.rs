//! A key of a service account (服务密钥).

use sea_orm::entity::prelude::*;

/// A key of a service account (服务密钥).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_key")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The service user
    pub user_id: Uuid,
    /// What it is for
    pub label: String,
    /// SHA-256 of the key, hex
    pub key_hash: String,
    /// May read diagnostics such as `extensions.sql`
    pub privileged: bool,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// Refused after this
    pub expires_at: DateTimeUtc,
    /// Withdrawn
    pub revoked_at: Option<DateTimeUtc>,
}

tenant_entity!("service_key");
