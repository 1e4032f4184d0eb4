//! A place where the party's members are taught and served (党建教育点).

use sea_orm::entity::prelude::*;

/// A place where the party's members are taught and served (党建教育点).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "education_point")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name
    pub name: String,
    /// The unit that runs it
    pub unit_id: Uuid,
    /// Where it is
    pub location: String,
    /// The device that reports
    pub device: String,
    /// When the device was heard last
    pub last_heard_at: Option<DateTimeUtc>,
    /// What the device said last
    pub note: Option<String>,
    /// When it was closed
    pub closed_at: Option<DateTimeUtc>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("education_point");
