//! A case keeps what a plug-in warned of, and the reason for which it was submitted all the same.

use sea_orm::DbBackend;

use crate::ddl::*;

/// The tables of this change: none.
pub fn tables() -> Vec<Table> {
    vec![]
}

/// The column of cases.
pub fn besides(backend: DbBackend) -> Vec<(String, String)> {
    let json = if backend == DbBackend::Postgres { "json" } else { "text" };
    vec![(
        format!("alter table matter_case add column warnings {json} not null default '[]'"),
        "alter table matter_case drop column warnings".into(),
    )]
}
