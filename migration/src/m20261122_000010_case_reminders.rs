//! Reminders of whole cases.

use crate::ddl::*;
use entities::values;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("case_reminder")
            .uuid("case_id")
            .code::<values::ClockLamp>("threshold")
            .time("created_at")
            .unique(&["case_id", "threshold"])
            .refers("case_id", "matter_case"),
    ]
}
