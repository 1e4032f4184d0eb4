//! Queries and mutations of a plug-in's own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, shown};
use crate::{
    form::FieldKind,
    manifest::{EntryText, Manifest, PartText, Told},
    names,
};

/// The most parts of one object.
const MAX_PARTS: usize = 30;

/// A query or mutation of the plug-in's own (自有查询、自有变更).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name without the prefix.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it answers.
    pub answer: Shape,
    /// Whether it answers a list of those.
    pub list: bool,
    /// What is given.
    pub args: Vec<Part>,
    /// The permission without which it is not asked.
    pub requires: Option<String>,
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A value.
    Value(FieldKind),
    /// An object of values.
    Object(Vec<Part>),
}

/// What every mutation takes besides its own arguments.
const GIVEN: [&str; 2] = ["idempotencyKey", "warningReason"];

/// An argument, or a field of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    pub kind: FieldKind,
    /// Whether it must be given, or is always there.
    pub required: bool,
}

type Sets = BTreeMap<String, Vec<String>>;

impl Checker<'_> {
    pub(super) fn queries(&mut self, m: &Manifest, sets: &Sets, roots: &mut BTreeSet<String>) -> Vec<Entry> {
        self.entries(&m.queries, sets, roots, "查询")
    }

    pub(super) fn mutations(&mut self, m: &Manifest, sets: &Sets) -> Vec<Entry> {
        let mut roots: BTreeSet<String> = m.matters.iter().map(|m| format!("{}Submit", m.key.get_ref())).collect();
        self.entries(&m.mutations, sets, &mut roots, "变更")
    }

    fn entries(&mut self, all: &[EntryText], sets: &Sets, roots: &mut BTreeSet<String>, what: &str) -> Vec<Entry> {
        all.iter().filter_map(|entry| self.entry(entry, sets, roots, what)).collect()
    }

    fn entry(&mut self, text: &EntryText, sets: &Sets, roots: &mut BTreeSet<String>, what: &str) -> Option<Entry> {
        self.key(&text.key);
        self.title(&text.title);
        self.type_name(&text.key);
        if !roots.insert(text.key.get_ref().clone()) {
            self.fault(&text.key, "NAME_CLASH", format!("{what}字段 {} 重名", shown(text.key.get_ref())), "换一个 key");
        }
        if let Some(requires) = &text.requires
            && !self.around.permissions.contains(requires.get_ref())
        {
            let message = format!("没有权限点 {}", shown(requires.get_ref()));
            self.fault(requires, "PERMISSION", message, "写成 资源:操作，如 cadre:read；见权限矩阵");
        }
        let args = self.parts(&text.args, sets, &text.key);
        let answer = if text.ty.get_ref() == "object" {
            if text.fields.is_empty() {
                self.fault(&text.ty, "TYPE", "对象没有字段", "写上 fields");
            }
            Shape::Object(self.parts(&text.fields, sets, &text.key))
        } else {
            if !text.fields.is_empty() {
                self.fault(&text.ty, "TYPE", "只有对象才有 fields", "写成 type = \"object\"，或去掉 fields");
            }
            Shape::Value(self.value(&text.ty, sets)?)
        };
        Some(Entry {
            key: text.key.get_ref().clone(),
            title: text.title.get_ref().clone(),
            answer,
            list: text.list,
            args,
            requires: text.requires.as_ref().map(|told| told.get_ref().clone()),
        })
    }

    fn parts(&mut self, all: &[PartText], sets: &Sets, of: &Told) -> Vec<Part> {
        if all.len() > MAX_PARTS {
            self.fault(of, "TOO_MANY", format!("有 {} 项，上限 {MAX_PARTS}", all.len()), "减少参数或字段");
        }
        let mut seen = BTreeSet::new();
        let mut out = vec![];
        for part in all.iter().take(MAX_PARTS) {
            let key = part.key.get_ref();
            self.key(&part.key);
            self.title(&part.title);
            if !seen.insert(key) || GIVEN.contains(&key.as_str()) {
                self.fault(&part.key, "NAME_CLASH", format!("名称 {} 重复或为平台保留", shown(key)), "换一个 key");
            }
            let Some(kind) = self.value(&part.ty, sets) else { continue };
            let title = part.title.get_ref().clone();
            out.push(Part { key: key.clone(), title, kind, required: part.required });
        }
        out
    }

    fn value(&mut self, ty: &Told, sets: &Sets) -> Option<FieldKind> {
        if ty.get_ref() == "json" { Some(FieldKind::Json) } else { self.kind(ty, sets) }
    }
}

/// The name of the type of what an entry answers.
pub fn answer_type(prefix: &str, entry: &Entry, is_mutation: bool) -> String {
    let name = names::type_name(prefix, &entry.key);
    if is_mutation { format!("{name}Answer") } else { name }
}
