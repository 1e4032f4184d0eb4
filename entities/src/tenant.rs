//! A city, district or province that uses the platform (租户).

use sea_orm::entity::prelude::*;

use crate::values;

/// A city, district or province that uses the platform (租户).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Short unique code, lower case
    pub code: String,
    /// Chinese name
    pub name: String,
    /// Level in the tree
    pub level: values::TenantLevel,
    /// GB/T 2260 code (J-01)
    pub division_code: String,
    /// The tenant above
    pub parent_id: Option<Uuid>,
    /// Whether it is served
    pub state: values::TenantState,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

global_entity!();
