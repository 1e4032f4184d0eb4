//! Plug-ins as they can be read.

use std::sync::Arc;

use entities::{plugin, values::PluginState};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, expression, resolved},
    modules::plugins::outgrown::Refusals,
    object_type,
};

object_type!(
    /// A plug-in of the tenant (插件).
    Plugin, "Plugin", "plg"
);

gated!(plugin::Entity, Plugin, subtree: "", own: "", agency: "");

const PACKAGE: &str = "(select p.release from plugin_package p where p.tenant_id = {tenant} and p.id = {t}.package_id)";
const DIGEST: &str = "(select p.digest from plugin_package p where p.tenant_id = {tenant} and p.id = {t}.package_id)";
const BEFORE: &str = "(select p.release from plugin_package p where p.tenant_id = {tenant} and p.id = {t}.previous_id)";

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![
        TypeDef::over::<plugin::Entity>(
            "Plugin",
            "plg",
            "A plug-in of the tenant (插件): matters, fields and rules that it adds to its own schema. \
             Permission: `plugin:read`.",
        )
        .roots("plugin", "plugins")
        .ordered_by("key")
        .field(column("key", "key", Scalar::String, "The publisher's division and a short name (插件标识).").sorted())
        .field(column("prefix", "prefix", Scalar::String, "What all its names begin with (前缀).").sorted())
        .field(column("title", "title", Scalar::String, "Title (名称).").sorted())
        .field(code::<PluginState>("state", "state", "Whether it is at work (状态).").filtered())
        .field(expression("release", PACKAGE, Scalar::String, "The version that it is at (版本)."))
        .field(expression("digest", DIGEST, Scalar::String, "SHA-256 of its files (摘要)."))
        .field(
            expression(
                "previousRelease",
                BEFORE,
                Scalar::String,
                "The version that `pluginRollback` goes back to (上一版本).",
            )
            .optional(),
        )
        .field(resolved(
            "refused",
            Scalar::String,
            vec![expression("digest", DIGEST, Scalar::String, "SHA-256 of its files.")],
            Arc::new(Refusals),
            "Why the server does not take the present version any more (不合规范的原因), in Chinese: a later release of the \
             platform checks more than the one that took it. It is then as if it were disabled, whatever its state; upgrade \
             it, go back or remove it. Null while it is in order.",
        ))
        .field(column("version", "version", Scalar::Int, "Counts changes; give it as `expectedVersion`."))
        .field(column("updatedAt", "updated_at", Scalar::DateTime, "When it last changed.").sorted()),
    ]
}
