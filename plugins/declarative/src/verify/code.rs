//! What a plug-in has programmed, as its manifest declares it. Whether the component is what the manifest says is asked
//! by whoever can run it.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{Checker, shown};
use crate::{
    manifest::{CodeText, LimitsText},
    package::{MAX_COMPONENT, is_inside},
};

/// What a component can be asked.
pub const HOOKS: [&str; 5] = ["validate", "score", "resolve", "on-transition", "act"];

/// Mebibytes of memory that a component may ask for.
pub const MOST_MEMORY_MIB: u32 = 32;

/// What a plug-in has programmed (代码).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The component's file.
    pub component: String,
    /// SHA-256 of the component.
    pub sha256: String,
    /// What it is asked.
    pub hooks: BTreeSet<String>,
    /// How much less than it could have it wants.
    pub limits: LimitsText,
}

impl Checker<'_> {
    pub(super) fn code(&mut self, text: &CodeText) -> Option<Code> {
        let path = text.component.get_ref();
        if !is_inside(path) || !path.ends_with(".wasm") {
            let message = format!("组件文件 {} 不合规", shown(path));
            self.fault(&text.component, "COMPONENT", message, "写成插件文件夹中的 plugin.wasm 这样的相对路径");
        }
        let sha256 = text.sha256.get_ref();
        let plain = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match self.package.component() {
            Some(bytes) if bytes.len() > MAX_COMPONENT => {
                let message = format!("组件有 {} 字节，上限 {MAX_COMPONENT}", bytes.len());
                self.fault(&text.component, "COMPONENT_TOO_LARGE", message, "精简组件");
            }
            Some(bytes) => {
                let found = hex::encode(Sha256::digest(bytes));
                if found != *sha256 {
                    let mend = format!("重新核对组件后写成 sha256 = \"{found}\"");
                    self.fault(&text.sha256, "COMPONENT_DIGEST", "组件的 SHA-256 与清单不符", mend);
                }
            }
            None if !plain => {
                self.fault(&text.sha256, "COMPONENT_DIGEST", "sha256 应为 64 位小写十六进制", "写上组件的 SHA-256");
            }
            None => {}
        }
        let mut hooks = BTreeSet::new();
        for hook in &text.hooks {
            if !HOOKS.contains(&hook.get_ref().as_str()) {
                let message = format!("没有钩子 {}", shown(hook.get_ref()));
                self.fault(hook, "HOOK", message, format!("可用：{}", HOOKS.join("、")));
            }
            hooks.insert(hook.get_ref().clone());
        }
        if let Some(hook) = text.hooks.iter().find(|hook| hook.get_ref() == "on-transition" && !self.has_matters) {
            self.fault(hook, "HOOK", "没有事项可流转", "写上 [[matter]]，或去掉钩子 on-transition");
        }
        if hooks.is_empty() {
            self.fault(&text.component, "HOOK", "没有声明钩子", format!("写上 hooks，可用：{}", HOOKS.join("、")));
        }
        if text.limits.cpu_ms == Some(0) || text.limits.memory_mib == Some(0) {
            self.fault(&text.component, "LIMITS", "limits 不能为 0", "去掉 limits，或写上至少为 1 的数");
        }
        if text.limits.memory_mib.is_some_and(|memory| memory > MOST_MEMORY_MIB) {
            let message = format!("limits 的 memory_mib 至多 {MOST_MEMORY_MIB}");
            self.fault(&text.component, "LIMITS", message, format!("写成至多 {MOST_MEMORY_MIB} 的数"));
        }
        Some(Code { component: path.clone(), sha256: sha256.clone(), hooks, limits: text.limits })
    }
}
