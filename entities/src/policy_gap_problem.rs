//! A problem that a policy gap stands behind (问题与政策缺口).

use sea_orm::entity::prelude::*;

/// A problem that a policy gap stands behind (问题与政策缺口).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_gap_problem")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The gap
    pub gap_id: Uuid,
    /// The problem
    pub problem_id: Uuid,
}

tenant_entity!("policy_gap_problem");
