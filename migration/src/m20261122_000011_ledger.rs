//! What flows into fields of work, to be held against their tasks.

use crate::ddl::*;

/// The tables of this change, in the order they are made.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("work_resource")
            .text("field")
            .int("year")
            .long("amount")
            .text("basis")
            .uuid("registered_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["year", "field"])
            .refers("registered_by", "app_user"),
    ]
}
