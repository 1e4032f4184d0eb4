//! A system of an agency that base data are fetched from (数据来源系统).

use sea_orm::entity::prelude::*;

use crate::values;

/// A system of an agency that base data are fetched from (数据来源系统).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source_system")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Stable key
    pub key: String,
    /// Title
    pub title: String,
    /// The agency that owns the data
    pub unit_id: Uuid,
    /// Origin of the system; none where the agency works in its inbox
    pub endpoint: Option<String>,
    /// Names of the form fields that it gives
    pub fields: Json,
    /// State
    pub state: values::PeerState,
    /// The user who registered it
    pub registered_by: Uuid,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("source_system");
