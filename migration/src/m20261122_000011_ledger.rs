//! What flows into fields of work, to be held against their tasks, and anonymised figures that are given away.

use crate::ddl::*;
use entities::values;

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
        tenant_table("performance_export")
            .int("year")
            .text("recipient")
            .text("purpose")
            .code::<values::ExportState>("state")
            .uuid("requested_by")
            .opt_uuid("decided_by")
            .opt_time("decided_at")
            .opt_text("reason")
            .opt_int("smallest")
            .opt_json("content")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .refers("requested_by", "app_user")
            .refers("decided_by", "app_user"),
    ]
}
