//! Lamps are counted over all tasks of a tenant (亮灯统计), which is read from an index with all that they depend on: the rows
//! are many times larger.

use sea_orm::DbBackend;

use crate::ddl::*;

/// The tables of this change: none.
pub fn tables() -> Vec<Table> {
    vec![]
}

/// The index of tasks.
pub fn besides(_: DbBackend) -> Vec<(String, String)> {
    let columns = "tenant_id, done_lamp, red_from, has_error, blue_until, started_on, state";
    vec![(format!("create index task_lamp on task ({columns})"), "drop index task_lamp".into())]
}
