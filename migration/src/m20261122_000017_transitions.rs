//! What plug-ins are told of the moves of their cases.

use crate::ddl::*;
use entities::values;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("plugin_transition")
            .uuid("case_id")
            .uuid("plugin_id")
            .uuid("package_id")
            .text("matter_key")
            .text("from_state")
            .text("to_state")
            .uuid("actor_id")
            .int("depth")
            .code::<values::PluginCallState>("state")
            .int("attempts")
            .time("next_attempt_at")
            .opt_text("last_error")
            .int("effects")
            .time("created_at")
            .time("updated_at")
            .unique(&["case_id", "to_state"])
            .refers("case_id", "matter_case")
            .refers("plugin_id", "plugin")
            .refers("package_id", "plugin_package")
            .refers("actor_id", "app_user")
            .index(&["created_at"])
            .index_where(&["next_attempt_at"], "state = 'PENDING'"),
    ]
}
