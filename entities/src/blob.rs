//! Bytes, stored once for each content (内容寻址).

use sea_orm::entity::prelude::*;

/// Bytes, stored once for each content (内容寻址).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "blob")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Digest, hex
    pub sha256: String,
    /// The content
    pub bytes: Vec<u8>,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("blob");
