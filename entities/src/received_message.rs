//! A message that a peer sent, once however often it came (来件登记).

use sea_orm::entity::prelude::*;

use crate::values;

/// A message that a peer sent, once however often it came (来件登记).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "received_message")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// From whom
    pub peer_id: Uuid,
    /// The sender's id of it
    pub message_id: Uuid,
    /// What it carries
    pub kind: values::MessageKind,
    /// SHA-256 of its bytes, hex
    pub digest: String,
    /// The message
    pub body: Json,
    /// When it first came
    pub received_at: DateTimeUtc,
}

tenant_entity!("received_message");
