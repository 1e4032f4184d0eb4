//! The tree of tenants, log-ins and keys.

use crate::ddl::*;
use entities::values;

/// The tables of this change, in the order they are made.
pub fn tables() -> Vec<Table> {
    vec![
        global_table("tenant")
            .text("code")
            .text("name")
            .code::<values::TenantLevel>("level")
            .text("division_code")
            .opt_uuid("parent_id")
            .code::<values::TenantState>("state")
            .time("created_at")
            .unique(&["code"])
            .refers("parent_id", "tenant"),
        global_table("account")
            .text("login")
            .opt_text("password_hash")
            .int("failed_count")
            .opt_time("locked_until")
            .bool("disabled")
            .time("created_at")
            .time("updated_at")
            .unique(&["login"]),
        global_table_keyed("account_tenant", vec!["account_id", "tenant_id"])
            .uuid("user_id")
            .bool("is_default")
            .refers("account_id", "account")
            .refers("tenant_id", "tenant"),
        global_table("auth_session")
            .uuid("account_id")
            .uuid("tenant_id")
            .uuid("user_id")
            .text("client")
            .time("created_at")
            .time("expires_at")
            .opt_time("revoked_at")
            .refers("account_id", "account")
            .index(&["user_id"]),
        global_table("refresh_token")
            .uuid("session_id")
            .text("token_hash")
            .opt_uuid("previous_id")
            .time("created_at")
            .time("expires_at")
            .opt_time("used_at")
            .opt_time("revoked_at")
            .unique(&["token_hash"])
            .refers("session_id", "auth_session"),
        global_table("signing_key")
            .text("sealed_key")
            .text("public_key")
            .time("created_at")
            .time("sign_from")
            .time("sign_until")
            .time("retire_at"),
        global_table_keyed("authz_version", vec!["tenant_id"]).long("version").refers("tenant_id", "tenant"),
    ]
}
