//! Queries and mutations of plug-ins' own, as the schema has them.

use std::sync::Arc;

use declarative::{Part as DeclaredPart, Plugin, Shape as DeclaredShape, answer_type, names};
use policies::{Action, PERMISSIONS, Resource};

use crate::{
    graph::catalogue::{By, Entry, Part, Shape},
    modules::plugins::{acting::Acting, computing::Computing, schema::scalar},
};

/// The entries of plug-ins.
pub fn entries(plugins: &[Arc<Plugin>]) -> Vec<Entry> {
    let mut out = vec![];
    for plugin in plugins {
        for query in &plugin.queries {
            let field = format!("Query.{}", query.key);
            let by = By::Query(Arc::new(Computing { plugin: plugin.clone(), field }));
            out.push(entry(plugin, query, false, by));
        }
        for mutation in &plugin.mutations {
            let by = By::Mutation(Arc::new(Acting { plugin: plugin.clone(), mutation: mutation.key.clone() }));
            out.push(entry(plugin, mutation, true, by));
        }
    }
    out
}

fn entry(plugin: &Plugin, declared: &declarative::Entry, is_mutation: bool, by: By) -> Entry {
    let requires = declared.requires.as_deref().and_then(permission);
    let right = match (&requires, is_mutation) {
        (Some((resource, action)), _) => format!("Permission: `{resource}:{action}`."),
        (None, true) => "Permission: `plugin:run`; what it does needs the right to do it.".into(),
        (None, false) => "Permission: a log-in; it reads what the caller may read.".into(),
    };
    Entry {
        field: names::field_name(&plugin.prefix, &declared.key),
        doc: format!("{} ({}). {right}", declared.title, plugin.title),
        name: names::type_name(&plugin.prefix, &declared.key),
        args: declared.args.iter().map(|p| part(plugin, p)).collect(),
        answer_name: answer_type(&plugin.prefix, declared, is_mutation),
        answer: match &declared.answer {
            DeclaredShape::Value(kind) => Shape::Value(scalar(plugin, kind)),
            DeclaredShape::Object(parts) => Shape::Object(parts.iter().map(|p| part(plugin, p)).collect()),
        },
        list: declared.list,
        requires,
        by,
    }
}

fn part(plugin: &Plugin, declared: &DeclaredPart) -> Part {
    Part {
        name: declared.key.clone(),
        scalar: scalar(plugin, &declared.kind),
        doc: format!("{}.", declared.title),
        required: declared.required,
    }
}

fn permission(text: &str) -> Option<(Resource, Action)> {
    let known = PERMISSIONS.iter().find(|permission| permission.to_string() == text)?;
    Some((known.resource, known.action))
}
