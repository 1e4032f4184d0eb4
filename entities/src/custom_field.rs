//! What plug-ins add to one object (扩展字段值).

use sea_orm::entity::prelude::*;

/// What plug-ins add to one object (扩展字段值).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "custom_field")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The core type
    pub target: String,
    /// The object
    pub object_id: Uuid,
    /// All values by fields with their prefixes
    pub data: Json,
    /// An indexed text
    pub t1: Option<String>,
    /// An indexed text
    pub t2: Option<String>,
    /// An indexed text
    pub t3: Option<String>,
    /// An indexed text
    pub t4: Option<String>,
    /// An indexed text
    pub t5: Option<String>,
    /// An indexed text
    pub t6: Option<String>,
    /// An indexed integer
    pub n1: Option<i32>,
    /// An indexed integer
    pub n2: Option<i32>,
    /// An indexed integer
    pub n3: Option<i32>,
    /// An indexed day
    pub d1: Option<Date>,
    /// An indexed day
    pub d2: Option<Date>,
    /// An indexed day
    pub d3: Option<Date>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When it last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("custom_field");
