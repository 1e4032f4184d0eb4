//! A call of an agency's system that was carried out, once (部门回调登记).

use sea_orm::entity::prelude::*;

use crate::values;

/// A call of an agency's system that was carried out, once (部门回调登记).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agency_callback")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The service account that called
    pub user_id: Uuid,
    /// Its id of the call
    pub callback_id: String,
    /// SHA-256 of what it said, hex
    pub digest: String,
    /// The item
    pub case_item_id: Uuid,
    /// What it did
    pub action: values::CallbackAction,
    /// When it was carried out
    pub at: DateTimeUtc,
}

tenant_entity!("agency_callback");
