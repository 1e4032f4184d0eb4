//! Plug-ins of a tenant, and what they add to its rows.

use crate::ddl::*;
use entities::values;

/// The tables of this change, in the order they are made.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("plugin")
            .text("key")
            .text("prefix")
            .text("title")
            .code::<values::PluginState>("state")
            .uuid("package_id")
            .opt_uuid("previous_id")
            .json("grants")
            .json("config")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["key"])
            .unique(&["prefix"]),
        tenant_table("plugin_package")
            .uuid("plugin_id")
            .text("release")
            .text("digest")
            .json("files")
            .time("created_at")
            .unique(&["plugin_id", "digest"])
            .refers("plugin_id", "plugin"),
        tenant_table("plugin_slot")
            .text("target")
            .text("field")
            .text("slot")
            .unique(&["target", "slot"])
            .unique(&["target", "field"]),
        tenant_table("custom_field")
            .text("target")
            .uuid("object_id")
            .json("data")
            .opt_text("t1")
            .opt_text("t2")
            .opt_text("t3")
            .opt_text("t4")
            .opt_text("t5")
            .opt_text("t6")
            .opt_int("n1")
            .opt_int("n2")
            .opt_int("n3")
            .opt_date("d1")
            .opt_date("d2")
            .opt_date("d3")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["object_id"])
            .index_where(&["target", "t1", "object_id"], "t1 is not null")
            .index_where(&["target", "t2", "object_id"], "t2 is not null")
            .index_where(&["target", "t3", "object_id"], "t3 is not null")
            .index_where(&["target", "t4", "object_id"], "t4 is not null")
            .index_where(&["target", "t5", "object_id"], "t5 is not null")
            .index_where(&["target", "t6", "object_id"], "t6 is not null")
            .index_where(&["target", "n1", "object_id"], "n1 is not null")
            .index_where(&["target", "n2", "object_id"], "n2 is not null")
            .index_where(&["target", "n3", "object_id"], "n3 is not null")
            .index_where(&["target", "d1", "object_id"], "d1 is not null")
            .index_where(&["target", "d2", "object_id"], "d2 is not null")
            .index_where(&["target", "d3", "object_id"], "d3 is not null"),
    ]
}
