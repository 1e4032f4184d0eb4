//! Fields that a plug-in adds to core types.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, TARGETS, shown};
use crate::{
    form::FieldKind,
    manifest::{Extension, Told},
};

/// A field of a core type (扩展字段).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The core type.
    pub target: String,
    /// Its name without the prefix.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    pub kind: FieldKind,
    /// Whether it is filtered and sorted by an index.
    pub indexed: bool,
    /// Whether it shows what is sensitive of a person.
    pub sensitive: bool,
}

impl Checker<'_> {
    /// A core type that may be extended.
    pub(super) fn target(&mut self, target: &Told) {
        if !TARGETS.contains(&target.get_ref().as_str()) {
            let message = format!("不能扩展 {}", shown(target.get_ref()));
            self.fault(target, "TARGET", message, format!("可扩展：{}", TARGETS.join("、")));
        }
    }

    /// What the values of a field of a core type are.
    pub(super) fn kind(&mut self, ty: &Told, sets: &BTreeMap<String, Vec<String>>) -> Option<FieldKind> {
        let kind = match ty.get_ref().as_str() {
            "text" => Some(FieldKind::Text),
            "integer" => Some(FieldKind::Integer),
            "number" => Some(FieldKind::Number),
            "boolean" => Some(FieldKind::Boolean),
            "date" => Some(FieldKind::Date),
            other => {
                other.strip_prefix("code:").filter(|set| sets.contains_key(*set)).map(|s| FieldKind::Code(s.into()))
            }
        };
        if kind.is_none() {
            let mend = "可用 text、integer、number、boolean、date、code:代码集";
            self.fault(ty, "TYPE", format!("不认识的类型 {}", shown(ty.get_ref())), mend);
        }
        kind
    }

    pub(super) fn extensions(&mut self, fields: &[Extension], sets: &BTreeMap<String, Vec<String>>) -> Vec<Field> {
        let mut seen = BTreeSet::new();
        let mut out = vec![];
        for field in fields {
            let target = field.target.get_ref();
            self.target(&field.target);
            self.key(&field.key);
            self.title(&field.title);
            if !seen.insert((target, field.key.get_ref())) {
                self.fault(
                    &field.key,
                    "NAME_CLASH",
                    format!("{target}.{} 声明了两次", field.key.get_ref()),
                    "删去一个",
                );
            }
            let Some(kind) = self.kind(&field.ty, sets) else { continue };
            if field.indexed && matches!(kind, FieldKind::Boolean | FieldKind::Number) {
                self.fault(&field.key, "INDEX", "此类型不建索引", "去掉 indexed，或改用 text、integer、date、code");
            }
            out.push(Field {
                target: target.clone(),
                key: field.key.get_ref().clone(),
                title: field.title.get_ref().clone(),
                kind,
                indexed: field.indexed,
                sensitive: field.sensitive,
            });
        }
        out
    }
}
