//! Epochs as they can be read, with what each replica said.

use entities::{
    plugin_ack, plugin_epoch,
    values::{PluginEpochAction, PluginEpochState},
};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, many, one},
};

// A tenant's set of plug-ins is the tenant's as a whole: no part of the tree holds a part of it.
gated!(plugin_epoch::Entity, PluginEpoch, subtree: "", own: "", agency: "");
gated!(plugin_ack::Entity, PluginEpoch, subtree: "", own: "", agency: "");

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![epoch(), ack()]
}

fn epoch() -> TypeDef {
    use Scalar::{DateTime, Int};
    TypeDef::over::<plugin_epoch::Entity>(
        "PluginEpoch",
        "pep",
        "A change of the set of plug-ins that the tenant is served with (插件代次): all servers prepare for it, then it \
         comes to work at once. The newest comes first. Permission: `plugin_epoch:read`.",
    )
    .roots("pluginEpoch", "pluginEpochs")
    .newest_first("createdAt")
    .field(
        column("number", "number", Int, "Counts the epochs that came to work (序号); null before that.")
            .optional()
            .sorted(),
    )
    .field(code::<PluginEpochState>("state", "state", "How far it has come (状态).").filtered())
    .field(code::<PluginEpochAction>("action", "action", "What was done to the plug-in (动作).").filtered())
    .field(column("createdAt", "created_at", DateTime, "When its preparation began (准备时间).").sorted())
    .field(
        column("activatedAt", "activated_at", DateTime, "When it came to work (生效时间); null if it did not.")
            .optional()
            .sorted(),
    )
    .field(one("plugin", "Plugin", "{c}.id = {t}.plugin_id", "The plug-in that was changed (插件)."))
    .field(many("acks", "PluginEpochAck", "{c}.epoch_id = {t}.id", "What each server said (副本应答)."))
}

fn ack() -> TypeDef {
    use Scalar::{Boolean, DateTime, Int, String as Text};
    TypeDef::over::<plugin_ack::Entity>(
        "PluginEpochAck",
        "pak",
        "What a server said of an epoch that it prepared for (副本应答). Permission: `plugin_epoch:read`.",
    )
    .ordered_by("at")
    .field(
        column(
            "replica",
            "replica_id",
            Scalar::Id("rpl"),
            "The server (副本): another id each time that it is started.",
        )
        .filtered(),
    )
    .field(column("isReady", "ok", Boolean, "Whether it is ready (是否就绪).").filtered())
    .field(column("error", "error", Text, "Why it is not (原因); null if it is.").optional())
    .field(
        column("millis", "millis", Int, "How long the preparation took, in milliseconds (耗时).").sorted().measured(),
    )
    .field(column("at", "at", DateTime, "When (时间).").sorted())
}
