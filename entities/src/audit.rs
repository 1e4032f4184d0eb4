//! Who did what, when, to which object (审计).

use sea_orm::entity::prelude::*;

/// Who did what, when, to which object (审计).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user; none for the platform
    pub actor_id: Option<Uuid>,
    /// Name then
    pub actor_name: String,
    /// The session
    pub session_id: Option<Uuid>,
    /// The command
    pub action: String,
    /// GraphQL type
    pub object_type: String,
    /// Which object
    pub object_id: Option<Uuid>,
    /// The request
    pub request_id: String,
    /// Network address
    pub remote: Option<String>,
    /// SHA-256 of what was asked, hex
    pub digest: String,
    /// Fields that changed
    pub detail: Json,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("audit");
