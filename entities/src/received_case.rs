//! A case of a peer as it last told of it (上下级办件).

use sea_orm::entity::prelude::*;

use crate::values;

/// A case of a peer as it last told of it (上下级办件).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "received_case")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose
    pub peer_id: Uuid,
    /// The peer's id of it
    pub case_ref: String,
    /// Case number
    pub number: String,
    /// Key of the matter
    pub matter_key: String,
    /// Level it is handled at
    pub level: values::TenantLevel,
    /// Division it belongs to
    pub division_code: String,
    /// State
    pub state: values::CaseState,
    /// Civil date of submission
    pub submitted_on: Date,
    /// Civil date of the end
    pub finished_on: Option<Date>,
    /// Working days taken
    pub worked_days: Option<i32>,
    /// Items done
    pub items_done: i32,
    /// Items
    pub items_total: i32,
    /// The peer's version of it; an older one changes nothing
    pub case_version: i32,
    /// When it last came
    pub received_at: DateTimeUtc,
}

tenant_entity!("received_case");
