//! Which unit handles a branch for cases of a division (属地承办单位).

use sea_orm::entity::prelude::*;

/// Which unit handles a branch for cases of a division (属地承办单位).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agency_route")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Key of the branch, the same in every matter
    pub branch_key: String,
    /// Division whose cases it handles
    pub division_code: String,
    /// The handling unit
    pub unit_id: Uuid,
    /// Counts changes
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("agency_route");
