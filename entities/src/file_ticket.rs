//! A short-lived right to put or get one file.

use sea_orm::entity::prelude::*;

use crate::values;

/// A short-lived right to put or get one file.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "file_ticket")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the token, hex
    pub token_hash: String,
    /// What it allows
    pub purpose: values::TicketPurpose,
    /// Which file
    pub attachment_id: Uuid,
    /// To whom it was given
    pub user_id: Uuid,
    /// Refused after this
    pub expires_at: DateTimeUtc,
    /// When used
    pub used_at: Option<DateTimeUtc>,
}

tenant_entity!("file_ticket");
