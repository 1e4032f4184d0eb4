//! A plug-in's component that nobody on the platform may run (隔离).

use sea_orm::entity::prelude::*;

/// A plug-in's component that nobody on the platform may run (隔离).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_quarantine")]
pub struct Model {
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the component, hex
    pub sha256: String,
    /// Why
    pub reason: String,
    /// Who: `operator`, or `system` for the platform itself
    pub placed_by: String,
    /// Since when
    pub placed_at: DateTimeUtc,
}

global_entity!();
