//! A seal over lines of the audit record, chained to the one before (审计封存).

use sea_orm::entity::prelude::*;

/// A seal over lines of the audit record, chained to the one before (审计封存).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seal")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its place in the chain, from 1
    pub number: i32,
    /// Lines after this moment; absent of the first
    pub since: Option<DateTimeUtc>,
    /// Lines up to and with this moment
    pub until: DateTimeUtc,
    /// How many
    pub lines: i32,
    /// Digest of the seal before; empty of the first
    pub previous: String,
    /// SM3 over the one before and all lines, hex
    pub digest: String,
    /// HMAC-SM3 of the digest under the installation's key, hex
    pub mac: String,
    /// When it was made
    pub sealed_at: DateTimeUtc,
}

tenant_entity!("audit_seal");
