//! A process that serves this installation (副本).

use sea_orm::entity::prelude::*;

/// A process that serves this installation (副本).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "replica")]
pub struct Model {
    /// The process
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it started
    pub started_at: DateTimeUtc,
    /// When it last said that it is there
    pub seen_at: DateTimeUtc,
    /// When it was waited for in vain, unless it has been seen since
    pub late_at: Option<DateTimeUtc>,
}

global_entity!();
