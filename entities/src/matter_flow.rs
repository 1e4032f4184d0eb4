//! When the cases of a matter are done (汇合方式); a matter without a row waits for every mandatory item.

use sea_orm::entity::prelude::*;

use crate::values;

/// When the cases of a matter are done (汇合方式).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matter_flow")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The version of the matter
    pub matter_id: Uuid,
    /// All, any, or so many
    pub mode: values::JoinMode,
    /// How many mandatory items have to be done
    pub needed: i32,
}

tenant_entity!("matter_flow");
