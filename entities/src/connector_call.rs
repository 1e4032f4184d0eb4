//! One attempt to ask an agency's system (外呼记录): neither what was asked nor what was answered.

use sea_orm::entity::prelude::*;

/// One attempt to ask an agency's system (外呼记录): neither what was asked nor what was answered.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connector_call")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection
    pub connector_id: Uuid,
    /// What was to be asked; none where a component asked
    pub job_id: Option<Uuid>,
    /// The item; none where a component asked
    pub case_item_id: Option<Uuid>,
    /// The operation
    pub operation: String,
    /// Which attempt, from 1
    pub attempt: i32,
    /// Status of the answer, if one came
    pub status: Option<i32>,
    /// How long it took
    pub millis: i32,
    /// Why it failed; none where it did not
    pub error: Option<String>,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("connector_call");
