//! A role given to a user over a part of the organisation tree (授权).

use sea_orm::entity::prelude::*;

use crate::values;

/// A role given to a user over a part of the organisation tree (授权).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who holds it
    pub user_id: Uuid,
    /// Which role
    pub role: values::RoleName,
    /// The unit at the top of its scope
    pub unit_id: Uuid,
    /// The user who gave it
    pub granted_by: Option<Uuid>,
    /// First day
    pub valid_from: Date,
    /// Last day
    pub valid_until: Option<Date>,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// Taken back
    pub revoked_at: Option<DateTimeUtc>,
    /// Who took it back
    pub revoked_by: Option<Uuid>,
}

tenant_entity!("role_assignment");
