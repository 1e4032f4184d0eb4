//! Failed log-ins by account and network.

use crate::ddl::*;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        global_table("login_attempt")
            .uuid("account_id")
            .text("network")
            .int("failed_count")
            .opt_time("locked_until")
            .opt_time("known_until")
            .time("updated_at")
            .unique(&["account_id", "network"])
            .refers("account_id", "account"),
    ]
}
