//! A person's or service's identity inside one tenant (用户).

use sea_orm::entity::prelude::*;

use crate::values;

/// A person's or service's identity inside one tenant (用户).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "app_user")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its log-in
    pub account_id: Option<Uuid>,
    /// The person it is
    pub person_id: Option<Uuid>,
    /// Display name
    pub name: String,
    /// Human or service
    pub kind: values::UserKind,
    /// The unit that manages it
    pub unit_id: Uuid,
    /// Whether it may act
    pub state: values::UserState,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("app_user");
