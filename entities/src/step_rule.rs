//! A regulation that a step of the process is bound to (环节制度).

use sea_orm::entity::prelude::*;

use crate::values;

/// A regulation that a step of the process is bound to (环节制度).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "step_rule")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which document, whatever its version
    pub key: String,
    /// The step
    pub action: values::TaskAction,
    /// What it asks for at this step
    pub note: Option<String>,
    /// Who bound it
    pub bound_by: Uuid,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("step_rule");
