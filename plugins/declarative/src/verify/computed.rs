//! Fields whose values a component works out.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, shown};
use crate::{form::FieldKind, manifest::Manifest};

/// What a component may be given of one object.
const MAX_NEEDS: usize = 20;
/// The hook that is asked.
const HOOK: &str = "resolve";

/// A field of a core type whose values the component works out (计算字段).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// The core type.
    pub target: String,
    /// Its name without the prefix.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    pub kind: FieldKind,
    /// Fields of the core type that the component is given.
    pub needs: Vec<String>,
}

impl Checker<'_> {
    pub(super) fn computed(&mut self, m: &Manifest, sets: &BTreeMap<String, Vec<String>>) -> Vec<Computed> {
        let asked = m.code.as_ref().and_then(|code| code.hooks.iter().find(|hook| hook.get_ref() == HOOK));
        match (asked, m.computed.first()) {
            (None, Some(first)) => {
                let message = "有计算字段而组件没有钩子 resolve";
                self.fault(&first.key, "HOOK", message, "在 [code] 的 hooks 中写上 resolve");
            }
            (Some(hook), None) => {
                self.fault(hook, "HOOK", "没有计算字段", "写上 [[computed]]，或去掉钩子 resolve");
            }
            _ => {}
        }
        let around = self.around;
        let mut seen = BTreeSet::new();
        let mut out = vec![];
        for field in &m.computed {
            let (target, key) = (field.target.get_ref(), field.key.get_ref());
            self.target(&field.target);
            self.key(&field.key);
            self.title(&field.title);
            if !seen.insert((target, key)) {
                self.fault(&field.key, "NAME_CLASH", format!("{target}.{key} 声明了两次"), "删去一个");
            }
            if field.needs.is_empty() || field.needs.len() > MAX_NEEDS {
                let message = format!("needs 有 {} 个字段，应为 1 至 {MAX_NEEDS} 个", field.needs.len());
                self.fault(&field.key, "NEEDS", message, "写上组件需要的核心字段");
            }
            let readable = around.readable.get(target);
            let mut needs = BTreeSet::new();
            for need in field.needs.iter().take(MAX_NEEDS) {
                if readable.is_some_and(|fields| !fields.contains(need.get_ref())) {
                    let message = format!("{} 没有可交给组件的字段 {}", shown(target), shown(need.get_ref()));
                    let fields: Vec<&str> = readable.into_iter().flatten().map(String::as_str).collect();
                    self.fault(need, "UNKNOWN_FIELD", message, format!("可用：{}", fields.join("、")));
                }
                needs.insert(need.get_ref().clone());
            }
            let Some(kind) = self.kind(&field.ty, sets) else { continue };
            let title = field.title.get_ref().clone();
            out.push(Computed {
                target: target.clone(),
                key: key.clone(),
                title,
                kind,
                needs: needs.into_iter().collect(),
            });
        }
        out
    }
}
