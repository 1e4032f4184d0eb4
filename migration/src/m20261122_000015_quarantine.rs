//! Components of plug-ins that nobody on the platform may run.

use crate::ddl::*;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        global_table("plugin_quarantine")
            .text("sha256")
            .text("reason")
            .text("placed_by")
            .time("placed_at")
            .unique(&["sha256"]),
    ]
}
