//! Which package of a plug-in a version of a matter came with: its cases are held to the rules of that package.

use crate::ddl::*;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("plugin_matter")
            .uuid("matter_id")
            .uuid("package_id")
            .unique(&["matter_id"])
            .refers("matter_id", "matter")
            .refers("package_id", "plugin_package"),
    ]
}
