//! An organ, institution or office of the organisation tree (机构).

use sea_orm::entity::prelude::*;

use crate::values;

/// An organ, institution or office of the organisation tree (机构).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unified social credit code (J-03) or the internal code of an office
    pub code: String,
    /// Full name
    pub name: String,
    /// Short name
    pub short_name: Option<String>,
    /// Sequence
    pub sequence: values::UnitSequence,
    /// Kind
    pub kind: values::UnitKind,
    /// GB/T 2260 code (J-01)
    pub division_code: String,
    /// The unit above
    pub parent_id: Option<Uuid>,
    /// Materialised path, fixed-length segments
    pub path: String,
    /// Order among siblings
    pub position: i32,
    /// First day
    pub valid_from: Date,
    /// Last day
    pub valid_until: Option<Date>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("unit");
