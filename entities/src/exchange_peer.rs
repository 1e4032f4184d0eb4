//! A node above or below with which case data are exchanged (数据交换节点).

use sea_orm::entity::prelude::*;

use crate::values;

/// A node above or below with which case data are exchanged (数据交换节点).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_peer")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The peer's tenant code at its node
    pub code: String,
    /// Its name
    pub name: String,
    /// Its level
    pub level: values::TenantLevel,
    /// Origin of its node, as in `http://host:port`
    pub endpoint: String,
    /// Ed25519 key that its messages and receipts are checked by, base64url
    pub public_key: String,
    /// Whether it is told of every case
    pub sends_cases: bool,
    /// State
    pub state: values::PeerState,
    /// Up to when the log of events has been read for it
    pub position: Option<DateTimeUtc>,
    /// The user who registered it
    pub registered_by: Uuid,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("exchange_peer");
