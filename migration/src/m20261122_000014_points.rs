//! Places where the party's members are taught and served.

use crate::ddl::*;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("education_point")
            .text("name")
            .uuid("unit_id")
            .text("location")
            .text("device")
            .opt_time("last_heard_at")
            .opt_text("note")
            .opt_time("closed_at")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["device"])
            .refers("unit_id", "unit"),
    ]
}
