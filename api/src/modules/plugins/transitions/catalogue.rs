//! What can be read of what plug-ins were told.

use entities::{plugin_transition, values::PluginCallState};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, one},
    object_type,
};

object_type!(
    /// A move of a case that its plug-in is told of (流转通知).
    PluginTransition, "PluginTransition", "ptr"
);

// It tells of cases all over the tenant, so whoever looks after connections to the outside looks after these.
gated!(plugin_transition::Entity, Connector, subtree: "", own: "", agency: "");

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    use Scalar::{DateTime, Int, String as Text};
    vec![
        TypeDef::over::<plugin_transition::Entity>(
            "PluginTransition",
            "ptr",
            "A move of a case that its plug-in is told of, and what came of it (流转通知). Permission: `connector:read`.",
        )
        .roots("pluginTransition", "pluginTransitions")
        .ordered_by("createdAt")
        .field(column("matterKey", "matter_key", Text, "The matter (事项标识).").filtered())
        .field(column("fromState", "from_state", Text, "State before (原状态); empty where the case began."))
        .field(column("toState", "to_state", Text, "State after (新状态).").filtered())
        .field(code::<PluginCallState>("state", "state", "Whether it was told (状态).").filtered())
        .field(column("attempts", "attempts", Int, "Tries so far (次数).").sorted().measured())
        .field(column("effects", "effects", Int, "What was done so far, in commands (后续动作数).").sorted().measured())
        .field(
            column("lastError", "last_error", Text, "Why the last try failed, a code (故障代码); null if it did not.")
                .optional()
                .filtered(),
        )
        .field(
            column("depth", "depth", Int, "How many plug-ins' effects led here, from 1; beyond 3 nobody is told (层数).")
                .sorted(),
        )
        .field(column("nextAttemptAt", "next_attempt_at", DateTime, "When it is tried next (下次时间).").sorted())
        .field(column("createdAt", "created_at", DateTime, "When the case moved (时间).").sorted())
        .field(one("case", "Case", "{c}.id = {t}.case_id", "The case (办件)."))
        .field(one("plugin", "Plugin", "{c}.id = {t}.plugin_id", "The plug-in (插件)."))
        .field(one("actor", "User", "{c}.id = {t}.actor_id", "Who moved the case, under whose rights things are done (操作人).")),
    ]
}
