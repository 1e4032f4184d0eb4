//! What a policy brought in a period (政策成效数据).

use sea_orm::entity::prelude::*;

use crate::values;

/// What a policy brought in a period (政策成效数据).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_effect")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The document
    pub document_id: Uuid,
    /// The unit that reports
    pub unit_id: Uuid,
    /// Year or month
    pub period: values::PlanPeriod,
    /// First day of the period
    pub starts_on: Date,
    /// Whom it benefits
    pub beneficiaries: String,
    /// How many of them
    pub count: i32,
    /// What was paid out, in fen
    pub amount: i64,
    /// What came of it
    pub benefit: String,
    /// Who reported it last
    pub reported_by: Uuid,
    /// Counts changes
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("policy_effect");
