//! A file somebody has given (附件).

use sea_orm::entity::prelude::*;

use crate::values;

/// A file somebody has given (附件).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// File name as given
    pub name: String,
    /// Media type, checked against the bytes
    pub media_type: String,
    /// Bytes
    pub size: i64,
    /// Digest of the bytes, hex
    pub sha256: Option<String>,
    /// The user who gave it
    pub owner_id: Uuid,
    /// State
    pub state: values::AttachmentState,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("attachment");
