//! That a replica is ready for an epoch, or why it is not (副本应答).

use sea_orm::entity::prelude::*;

/// That a replica is ready for an epoch, or why it is not (副本应答).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_ack")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The epoch
    pub epoch_id: Uuid,
    /// The replica
    pub replica_id: Uuid,
    /// Whether it is ready
    pub ok: bool,
    /// Why it is not
    pub error: Option<String>,
    /// How long the preparation took
    pub millis: i32,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("plugin_ack");
