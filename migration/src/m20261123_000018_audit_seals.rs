//! The audit record is sealed line after line, and nobody changes or removes a line of it.

use sea_orm::DbBackend;

use crate::ddl::*;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("audit_seal")
            .int("number")
            .opt_time("since")
            .time("until")
            .int("lines")
            .text("previous")
            .text("digest")
            .text("mac")
            .time("sealed_at")
            .unique(&["number"])
            .index(&["until"]),
    ]
}

/// What the server may do to the record and its seals from now on: add to them and read them.
pub fn besides(backend: DbBackend) -> Vec<(String, String)> {
    ["audit", "audit_seal"].into_iter().flat_map(|table| only_added_to(table, backend)).collect()
}
