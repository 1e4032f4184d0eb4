//! That a tenant has an epoch to be prepared for: what replicas ask for when no hint comes (准备通知).

use sea_orm::entity::prelude::*;

/// That a tenant has an epoch to be prepared for (准备通知). Its id is the epoch's.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin_preparation")]
pub struct Model {
    /// The epoch
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant
    pub tenant_id: Uuid,
    /// When the preparation began
    pub created_at: DateTimeUtc,
}

global_entity!();
