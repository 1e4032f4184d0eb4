//! Fields whose values a component works out.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, shown};
use crate::{
    form::FieldKind,
    manifest::{Manifest, Told},
};

/// What a component may be given of one object.
const MAX_NEEDS: usize = 20;

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
    /// A hook is declared exactly where there is something to ask it.
    fn hooked(&mut self, m: &Manifest, hook: &str, needed: Option<&Told>, what: &str) {
        let asked = m.code.as_ref().and_then(|code| code.hooks.iter().find(|known| known.get_ref() == hook));
        match (asked, needed) {
            (None, Some(first)) => {
                let message = format!("有{what}而组件没有钩子 {hook}");
                self.fault(first, "HOOK", message, format!("在 [code] 的 hooks 中写上 {hook}"));
            }
            (Some(known), None) => {
                self.fault(known, "HOOK", format!("没有{what}"), format!("写上{what}，或去掉钩子 {hook}"));
            }
            _ => {}
        }
    }

    pub(super) fn computed(&mut self, m: &Manifest, sets: &BTreeMap<String, Vec<String>>) -> Vec<Computed> {
        let resolved = m.computed.first().map(|field| &field.key).or(m.queries.first().map(|query| &query.key));
        self.hooked(m, "resolve", resolved, "计算字段或自有查询");
        self.hooked(m, "act", m.mutations.first().map(|mutation| &mutation.key), "自有变更");
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
