//! A message for a peer, kept until its receipt has come (交换报文).

use sea_orm::entity::prelude::*;

use crate::values;

/// A message for a peer, kept until its receipt has come (交换报文).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_message")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For whom
    pub peer_id: Uuid,
    /// What it carries
    pub kind: values::MessageKind,
    /// What it is about, so that nothing is written twice
    pub key: String,
    /// The message
    pub body: Json,
    /// State
    pub state: values::MessageState,
    /// How often it was sent
    pub attempts: i32,
    /// When it is sent next
    pub next_attempt_at: DateTimeUtc,
    /// Why the last attempt failed
    pub last_error: Option<String>,
    /// The peer's signed receipt
    pub receipt: Option<Json>,
    /// When the receipt came
    pub delivered_at: Option<DateTimeUtc>,
    /// When it was written
    pub created_at: DateTimeUtc,
}

tenant_entity!("exchange_message");
