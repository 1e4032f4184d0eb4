//! How cases flow: when a case is joined, where its items are routed, who was reminded.

use crate::ddl::*;
use entities::values;

/// The tables of this change, in the order they are made.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("matter_flow")
            .uuid("matter_id")
            .code::<values::JoinMode>("mode")
            .int("needed")
            .unique(&["matter_id"])
            .refers("matter_id", "matter"),
        tenant_table("agency_route")
            .text("branch_key")
            .text("division_code")
            .uuid("unit_id")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["branch_key", "division_code"])
            .refers("unit_id", "unit"),
        tenant_table("item_reminder")
            .uuid("case_item_id")
            .code::<values::ClockLamp>("threshold")
            .time("created_at")
            .unique(&["case_item_id", "threshold"])
            .refers("case_item_id", "case_item"),
    ]
}
