//! Counts every change of rights in a tenant; replicas compare it.

use sea_orm::entity::prelude::*;

/// Counts every change of rights in a tenant; replicas compare it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "authz_version")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The count
    pub version: i64,
}

global_entity!();
