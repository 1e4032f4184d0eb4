//! Log-in through WeChat mini-programs.

use crate::ddl::*;

/// The tables of this change.
pub fn tables() -> Vec<Table> {
    vec![
        tenant_table("wechat_binding")
            .text("app_id")
            .text("openid")
            .uuid("user_id")
            .time("bound_at")
            .opt_time("unbound_at")
            .unique_where(&["app_id", "openid"], "unbound_at IS NULL")
            .unique_where(&["app_id", "user_id"], "unbound_at IS NULL")
            .refers("user_id", "app_user"),
        tenant_table("wechat_code").text("app_id").text("digest").time("used_at").unique(&["app_id", "digest"]),
    ]
}
