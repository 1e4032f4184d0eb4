//! A post held by a cadre (任职, A02).

use sea_orm::entity::prelude::*;

use crate::values;

/// A post held by a cadre (任职, A02).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who holds it
    pub cadre_id: Uuid,
    /// Where
    pub unit_id: Uuid,
    /// Title of the post
    pub title: String,
    /// Leadership level
    pub level: values::PostLevel,
    /// The main post (A0279)
    pub is_main: bool,
    /// First day
    pub started_on: Date,
    /// Last day
    pub ended_on: Option<Date>,
    /// Counts changes; guards edits
    pub version: i32,
}

tenant_entity!("appointment");
