//! Which replicas serve, and how a set of plug-ins comes to work on all of them.

use crate::ddl::*;
use entities::values;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        global_table("replica").time("started_at").time("seen_at").opt_time("late_at"),
        global_table("plugin_preparation").uuid("tenant_id").time("created_at").refers("tenant_id", "tenant"),
        tenant_table("plugin_epoch")
            .opt_int("number")
            .code::<values::PluginEpochState>("state")
            .uuid("plugin_id")
            .code::<values::PluginEpochAction>("action")
            .json("packages")
            .json("slots")
            .uuid("replica_id")
            .time("created_at")
            .opt_time("activated_at")
            .unique(&["number"])
            .refers("plugin_id", "plugin")
            .index_where(&["created_at"], "state = 'PREPARING'"),
        tenant_table("plugin_ack")
            .uuid("epoch_id")
            .uuid("replica_id")
            .bool("ok")
            .opt_text("error")
            .int("millis")
            .time("at")
            .unique(&["epoch_id", "replica_id"])
            .refers("epoch_id", "plugin_epoch")
            .index(&["at"]),
    ]
}
