//! What can be read of connections to agencies' systems. The secret is no field, so no right shows it.

use entities::{connector_call, plugin_connector, values::PeerState};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, many, one},
    object_type,
};

object_type!(
    /// A plug-in's connection to an agency's system (插件连接器).
    PluginConnector, "PluginConnector", "plc"
);

// A connection is the tenant's as a whole: no part of the tree holds a part of it.
gated!(plugin_connector::Entity, Connector, subtree: "", own: "", agency: "");
gated!(connector_call::Entity, Connector, subtree: "", own: "", agency: "");

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![connector(), call()]
}

fn connector() -> TypeDef {
    use Scalar::{DateTime, Int, String as Text};
    TypeDef::over::<plugin_connector::Entity>(
        "PluginConnector",
        "plc",
        "A plug-in's connection to an agency's system (插件连接器), as the tenant's administrator set it. \
         Permission: `connector:read`.",
    )
    .roots("pluginConnector", "pluginConnectors")
    .ordered_by("name")
    .field(column("name", "name", Text, "Its name within the plug-in (连接器).").sorted())
    .field(column("title", "title", Text, "Title (名称).").sorted())
    .field(column("address", "address", Text, "Origin of the system (系统地址)."))
    .field(code::<PeerState>("state", "state", "Whether it is asked (状态).").filtered())
    .field(column("failures", "failures", Int, "Failures since it last answered (连续失败次数).").sorted().measured())
    .field(
        column("restsUntil", "rests_until", DateTime, "Until then it is left alone after failures (熔断至).")
            .optional()
            .sorted(),
    )
    .field(column("createdAt", "created_at", DateTime, "When it was set up (设置时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it was last set (更新时间).").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("plugin", "Plugin", "{c}.id = {t}.plugin_id", "The plug-in (插件)."))
    .field(one("actor", "User", "{c}.id = {t}.actor_id", "By whom its answers are recorded (服务账号)."))
    .field(one("setBy", "User", "{c}.id = {t}.set_by", "Who set it last (设置人)."))
    .field(many("calls", "PluginConnectorCall", "{c}.connector_id = {t}.id", "Attempts to ask it (外呼记录)."))
}

fn call() -> TypeDef {
    use Scalar::{DateTime, Int, String as Text};
    TypeDef::over::<connector_call::Entity>(
        "PluginConnectorCall",
        "pcc",
        "One attempt to ask an agency's system (外呼记录), without what was asked and answered. \
         Permission: `connector:read`.",
    )
    .ordered_by("at")
    .field(column("operation", "operation", Text, "The operation (操作).").sorted())
    .field(column("attempt", "attempt", Int, "Which attempt, from 1 (第几次).").sorted().measured())
    .field(
        column("status", "status", Int, "Status of the answer (应答状态码); null if none came.").optional().filtered(),
    )
    .field(column("millis", "millis", Int, "How long it took, in milliseconds (耗时).").sorted().measured())
    .field(
        column("error", "error", Text, "Why it failed, a code (故障代码); null if it did not.").optional().filtered(),
    )
    .field(column("at", "at", DateTime, "When (时间).").sorted())
    .field(one(
        "item",
        "CaseItem",
        "{c}.id = {t}.case_item_id",
        "The item (联办件); null where a component asked.",
    ))
}
