//! Connections of plug-ins to agencies' systems, what is to be asked of them, and every attempt to ask.

use crate::ddl::*;
use entities::values;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("plugin_connector")
            .uuid("plugin_id")
            .text("name")
            .text("title")
            .text("address")
            .text("sealed")
            .uuid("actor_id")
            .code::<values::PeerState>("state")
            .int("failures")
            .opt_time("rests_until")
            .uuid("set_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["plugin_id", "name"])
            .refers("plugin_id", "plugin")
            .refers("actor_id", "app_user")
            .refers("set_by", "app_user"),
        tenant_table("connector_job")
            .uuid("case_item_id")
            .uuid("plugin_id")
            .uuid("package_id")
            .text("connector")
            .text("operation")
            .code::<values::PluginCallState>("state")
            .int("attempts")
            .time("next_attempt_at")
            .opt_text("last_error")
            .opt_text("note")
            .time("created_at")
            .time("updated_at")
            .unique(&["case_item_id"])
            .refers("case_item_id", "case_item")
            .refers("plugin_id", "plugin")
            .refers("package_id", "plugin_package")
            .index_where(&["next_attempt_at"], "state in ('PENDING', 'PARKED')"),
        tenant_table("connector_call")
            .uuid("connector_id")
            .opt_uuid("job_id")
            .opt_uuid("case_item_id")
            .text("operation")
            .int("attempt")
            .opt_int("status")
            .int("millis")
            .opt_text("error")
            .time("at")
            .refers("connector_id", "plugin_connector")
            .refers("job_id", "connector_job")
            .refers("case_item_id", "case_item")
            .index(&["at"]),
    ]
}
