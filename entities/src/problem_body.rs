//! A supervisor that shares a problem (督查主体).

use sea_orm::entity::prelude::*;

use crate::values;

/// A supervisor that shares a problem (督查主体).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "problem_body")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The problem
    pub problem_id: Uuid,
    /// Which body
    pub body: values::SupervisorBody,
    /// Who brought it in; none for the platform
    pub user_id: Option<Uuid>,
    /// When
    pub joined_at: DateTimeUtc,
}

tenant_entity!("problem_body");
