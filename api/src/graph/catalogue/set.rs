//! All types together, and the root fields that follow from them.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::graph::catalogue::{Entry, FieldDef, Source, Submission, Text, TypeDef};

/// How the one row that extends another is tied to it.
pub const EXTENDS: &str = "{c}.object_id = {t}.id";

/// A root field of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// `node(id:)`
    Node,
    /// `nodes(ids:)`
    Nodes,
    /// One object by id.
    One(usize),
    /// A connection.
    Many(usize),
    /// Figures over the rows that the connection would list.
    Aggregate(usize),
}

/// All types that can be read.
#[derive(Debug)]
pub struct Catalogue {
    /// Shared where it is the same in another catalogue.
    types: Vec<Arc<TypeDef>>,
    /// In the order of their names, so that a schema is the same whenever it is built.
    submissions: BTreeMap<String, Submission>,
    entries: BTreeMap<String, Entry>,
    by_name: HashMap<String, usize>,
    by_prefix: HashMap<&'static str, usize>,
    roots: HashMap<String, Root>,
    /// Names of fields that somebody else works out, of whichever type.
    resolved: HashSet<String>,
}

impl Catalogue {
    /// Puts the types together. A name or prefix given twice, or a relation to nothing, is a mistake
    /// of ours that the first test run shows: it is returned as text.
    pub fn new<T: Into<Arc<TypeDef>>>(types: Vec<T>) -> Result<Self, String> {
        let types: Vec<Arc<TypeDef>> = types.into_iter().map(Into::into).collect();
        let mut by_name = HashMap::new();
        let mut by_prefix = HashMap::new();
        let mut roots = HashMap::from([("node".to_string(), Root::Node), ("nodes".to_string(), Root::Nodes)]);
        for (i, ty) in types.iter().enumerate() {
            let known = by_name.insert(ty.name.to_string(), i).is_some();
            if known || (!ty.view && by_prefix.insert(ty.prefix, i).is_some()) {
                return Err(format!("{} is declared twice", ty.name));
            }
            let Some((one, many)) = &ty.roots else { continue };
            for (name, root) in [
                (one.to_string(), Root::One(i)),
                (many.to_string(), Root::Many(i)),
                (format!("{one}Aggregate"), Root::Aggregate(i)),
            ] {
                if roots.insert(name, root).is_some() {
                    return Err(format!("the roots of {} are taken", ty.name));
                }
            }
        }
        for ty in &types {
            for field in &ty.fields {
                if let Source::One { target, .. } | Source::Many { target, .. } = &field.source
                    && !by_name.contains_key(&**target)
                {
                    return Err(format!("{}.{} leads to {target}, which is not declared", ty.name, field.name));
                }
                let target = |name: &str| by_name.get(name).and_then(|i: &usize| types.get(*i).map(|ty| &**ty));
                let through = |name: &Text| match &field.source {
                    Source::One { target: to, on } => {
                        (to_one_column(field).is_some() || *on == EXTENDS)
                            && target(to).and_then(|t| t.find(name)).is_some_and(|f| f.sort)
                    }
                    _ => false,
                };
                if let Some(name) = field.through.iter().find(|name| !through(name)) {
                    return Err(format!("{}.{} cannot be sorted by {name}", ty.name, field.name));
                }
            }
            if ty.default_order != "id" && !ty.find(&ty.default_order).is_some_and(|f| f.sort) {
                return Err(format!("{} is ordered by {}, which is not sortable", ty.name, ty.default_order));
            }
        }
        let resolved = types.iter().flat_map(|ty| &ty.fields).filter(|f| matches!(f.source, Source::Resolved { .. }));
        let resolved = resolved.map(|field| field.name.to_string()).collect();
        let (submissions, entries) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { types, submissions, entries, by_name, by_prefix, roots, resolved })
    }

    /// The same with submissions whose forms are typed.
    pub fn with(mut self, submissions: impl IntoIterator<Item = Submission>) -> Self {
        self.submissions.extend(submissions.into_iter().map(|submission| (submission.field.clone(), submission)));
        self
    }

    /// The same with root fields that somebody else answers.
    pub fn with_entries(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        self.entries.extend(entries.into_iter().map(|entry| (entry.field.clone(), entry)));
        self
    }

    /// All types.
    pub fn types(&self) -> &[Arc<TypeDef>] {
        &self.types
    }

    /// All submissions whose forms are typed.
    pub fn submissions(&self) -> impl Iterator<Item = &Submission> {
        self.submissions.values()
    }

    /// The submission of a mutation's name.
    pub fn submission(&self, field: &str) -> Option<&Submission> {
        self.submissions.get(field)
    }

    /// All root fields that somebody else answers.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The root field of a name that somebody else answers.
    pub fn entry(&self, field: &str) -> Option<&Entry> {
        self.entries.get(field)
    }

    /// Whether fields of this name are worked out by somebody else.
    pub fn works_out(&self, field: &str) -> bool {
        self.resolved.contains(field)
    }

    /// The type of a name.
    pub fn by_name(&self, name: &str) -> Option<&TypeDef> {
        self.by_name.get(name).and_then(|i| self.at(*i))
    }

    /// The type of an id's prefix.
    pub fn by_prefix(&self, prefix: &str) -> Option<&TypeDef> {
        self.by_prefix.get(prefix).and_then(|i| self.at(*i))
    }

    /// The root field of a name.
    pub fn root(&self, name: &str) -> Option<Root> {
        self.roots.get(name).copied()
    }

    /// The type at a place in the list.
    pub fn at(&self, index: usize) -> Option<&TypeDef> {
        self.types.get(index).map(|ty| &**ty)
    }
}

/// The column that names the one row a relation leads to; none where it is not a plain reference.
pub fn to_one_column(field: &FieldDef) -> Option<&'static str> {
    let Source::One { on, .. } = &field.source else { return None };
    let column = on.strip_prefix("{c}.id = {t}.")?;
    column.bytes().all(|b| b.is_ascii_lowercase() || b == b'_').then_some(column)
}
