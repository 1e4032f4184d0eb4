//! What one agency does in a matter (联办环节).

use sea_orm::entity::prelude::*;

/// What one agency does in a matter (联办环节).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matter_branch")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The matter
    pub matter_id: Uuid,
    /// Stable key
    pub key: String,
    /// Title
    pub title: String,
    /// The handling unit (承办单位)
    pub handling_unit_id: Uuid,
    /// Duty it acts on (职能)
    pub duty_item: String,
    /// Business step (业务)
    pub step: String,
    /// The case waits for it
    pub is_mandatory: bool,
    /// Limit in working days
    pub limit_days: i32,
    /// Keys of branches that come first
    pub depends_on: Json,
    /// Form fields it may see
    pub fields: Json,
    /// Keys of materials it may see
    pub materials: Json,
    /// Order
    pub position: i32,
}

tenant_entity!("matter_branch");
