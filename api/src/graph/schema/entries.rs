//! Queries and mutations that somebody else answers: registered, asked, and their answers held against what the schema
//! promises.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, Name, Value,
    indexmap::IndexMap,
    registry::{MetaField, MetaType, Registry},
};
use serde_json::{Map, Value as Json};
use tokio::sync::{Mutex, OnceCell};

use crate::{
    graph::{
        catalogue::{Besides, By, Catalogue, Entry, Part, Resolver, Scalar, Shape},
        payload::{HeaderKey, UserErrorObject},
        resolve::fitting,
        schema::{
            inject::{enum_type, scalar_name},
            meta::{Argument, field, input, object},
            required,
            submissions::{of_any, of_every},
            whole,
        },
        selection::{Doc, Picked},
    },
    kernel::error::{ApiError, Code, Fault},
};

/// Rows of one answer.
const ROWS: usize = 1_000;

/// The root fields of a catalogue's queries.
pub(super) fn queries(catalogue: &Catalogue) -> impl Iterator<Item = (String, MetaField)> {
    let queries = catalogue.entries().filter(|entry| matches!(entry.by, By::Query(_)));
    queries.map(|entry| {
        let arguments = entry.args.iter().map(argument).collect();
        (entry.field.clone(), field(&entry.field, &answer_type(entry), &entry.doc, arguments))
    })
}

/// Registers the types of a catalogue's queries and mutations, and the mutations beside the others.
pub(super) fn register(registry: &mut Registry, catalogue: &Catalogue, mutation: &str) {
    for entry in catalogue.entries() {
        let of_answer: &[Part] = if let Shape::Object(parts) = &entry.answer { parts } else { &[] };
        let of_value = if let Shape::Value(scalar) = &entry.answer { Some(scalar) } else { None };
        for scalar in entry.args.iter().chain(of_answer).map(|part| &part.scalar).chain(of_value) {
            if let Scalar::Enum(set) = scalar {
                enum_type(registry, set);
            }
        }
        if let Shape::Object(parts) = &entry.answer {
            let of = |part: &Part| (part.name.clone(), field(&part.name, &part_type(part), &part.doc, vec![]));
            let fields = parts.iter().map(of).collect();
            let about = format!("An answer of `{}`. {}", entry.field, entry.doc);
            registry.types.insert(entry.answer_name.clone(), object(&entry.answer_name, &about, fields, None));
        }
        if let By::Mutation(_) = entry.by {
            declare(registry, entry, mutation);
        }
    }
}

fn declare(registry: &mut Registry, entry: &Entry, mutation: &str) {
    let given = format!("{}Input", entry.name);
    let fields: Vec<Argument> = entry.args.iter().map(argument).chain(of_every()).collect();
    registry.types.insert(given.clone(), input(&given, &format!("What `{}` is given.", entry.field), fields));
    let payload = payload_name(entry);
    let parts = [
        ("answer", answer_type(entry), "What the plug-in answers; null when it was refused."),
        ("userErrors", "[UserError!]!".into(), "Why it was refused; empty when it was done."),
    ];
    let fields = parts.iter().map(|(n, t, d)| (n.to_string(), field(n, t, d, vec![]))).collect();
    let about = format!("What became of `{}`.", entry.field);
    registry.types.insert(payload.clone(), object(&payload, &about, fields, None));
    let argument = Argument::new("input", &format!("{given}!"), "What it is given.");
    let root = field(&entry.field, &payload, &entry.doc, vec![argument]);
    if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(mutation) {
        fields.insert(entry.field.clone(), root);
    }
}

fn payload_name(entry: &Entry) -> String {
    format!("{}Payload", entry.name)
}

fn argument(part: &Part) -> Argument {
    Argument::new(&part.name, &part_type(part), &part.doc)
}

fn part_type(part: &Part) -> String {
    format!("{}{}", scalar_name(&part.scalar), if part.required { "!" } else { "" })
}

fn answer_type(entry: &Entry) -> String {
    let one = match &entry.answer {
        Shape::Value(scalar) => scalar_name(scalar),
        Shape::Object(_) => &entry.answer_name,
    };
    if entry.list { format!("[{one}!]") } else { one.to_string() }
}

/// Answers of one request, by root field: all places where a field stands are one question.
#[derive(Default)]
pub struct Asked(Mutex<HashMap<String, Arc<OnceCell<Answers>>>>);

/// The answers by the arguments that were given.
type Answers = Result<HashMap<String, Result<Json, ApiError>>, ApiError>;

/// What the client has selected of a query's answer.
pub(super) async fn ask(ctx: &Context<'_>, entry: &Entry, by: &Arc<dyn Resolver>) -> Result<Value, ApiError> {
    let session = required(ctx)?;
    entry.admit(session)?;
    let doc = whole(ctx.query_env);
    let mine = given(doc.arguments(&ctx.item.node)?).to_string();
    let asked = ctx.data_opt::<Asked>().ok_or(ApiError::of(Code::InternalServerError))?;
    let cell = asked.0.lock().await.entry(entry.field.clone()).or_default().clone();
    let answers = cell.get_or_init(async || {
        let roots = doc.pick(&[&doc.operation.selection_set.node], &|on| on == "Query")?;
        let same = roots.into_values().filter(|root| root.name == entry.field);
        let mut all: Vec<String> = same.map(|root| given(root.arguments).to_string()).collect();
        all.sort_unstable();
        all.dedup();
        let values = by.resolve(session, all.clone()).await;
        Ok(all.into_iter().zip(values).collect())
    });
    let answers = answers.await.as_ref().map_err(ApiError::clone)?;
    let value = answers.get(&mine).cloned().ok_or(ApiError::of(Code::PluginOutput))??;
    shaped(doc, entry, value, &[&ctx.item.node.selection_set.node])
}

/// What the client has selected of what became of a mutation.
pub(super) async fn act(ctx: &Context<'_>, entry: &Entry) -> Result<Value, ApiError> {
    let By::Mutation(actor) = &entry.by else { return Err(ApiError::of(Code::InternalServerError)) };
    let session = required(ctx)?;
    entry.admit(session)?;
    let doc = whole(ctx.query_env);
    let mut args = match doc.arguments(&ctx.item.node)?.into_iter().find(|(name, _)| *name == "input") {
        Some((_, Value::Object(fields))) => plain(fields.into_iter().map(|(name, value)| (name.to_string(), value))),
        _ => return Err(ApiError::of(Code::GraphqlValidationFailed).at("input")),
    };
    let key = args.remove("idempotencyKey");
    let key = key.as_ref().and_then(Json::as_str).or(ctx.data_opt::<HeaderKey>().map(|key| key.0.as_str()));
    let reason = args.remove("warningReason").and_then(|reason| reason.as_str().map(str::to_string));
    let outcome = match actor.act(session, args, Besides { key, reason }).await {
        Ok(answer) => Ok(answer),
        Err(Fault::Refused(errors)) => Err(UserErrorObject::list(errors, session)),
        Err(Fault::Failed(error)) => return Err(error),
    };
    let name = payload_name(entry);
    let picked = doc.pick(&[&ctx.item.node.selection_set.node], &|on| on == name)?;
    let mut out = IndexMap::new();
    for (key, field) in &picked {
        let value = match (of_any(doc, &name, field, &outcome)?, &outcome) {
            (Some(value), _) => value,
            (None, Err(_)) => Value::Null,
            (None, Ok(answer)) => shaped(doc, entry, answer.clone(), &field.below)?,
        };
        out.insert(Name::new(key), value);
    }
    Ok(Value::Object(out))
}

/// Arguments as a JSON object; one that is null is one that is not given.
fn given(arguments: Vec<(&str, Value)>) -> Json {
    Json::Object(plain(arguments.into_iter().map(|(name, value)| (name.to_string(), value))))
}

fn plain(values: impl Iterator<Item = (String, Value)>) -> Map<String, Json> {
    values.filter_map(|(name, v)| Some((name, v.into_json().ok().filter(|json| !json.is_null())?))).collect()
}

/// An answer in the form that the schema promises.
fn shaped(
    doc: Doc<'_>,
    entry: &Entry,
    answer: Json,
    below: &[&async_graphql::parser::types::SelectionSet],
) -> Result<Value, ApiError> {
    let wrong = || ApiError::of(Code::PluginOutput);
    match answer {
        Json::Null => Ok(Value::Null),
        Json::Array(rows) if entry.list => {
            if rows.len() > ROWS || rows.iter().any(Json::is_null) {
                return Err(wrong());
            }
            Ok(Value::List(rows.into_iter().map(|row| one(doc, entry, row, below)).collect::<Result<_, _>>()?))
        }
        _ if entry.list => Err(wrong()),
        answer => one(doc, entry, answer, below),
    }
}

fn one(
    doc: Doc<'_>,
    entry: &Entry,
    value: Json,
    below: &[&async_graphql::parser::types::SelectionSet],
) -> Result<Value, ApiError> {
    let wrong = || ApiError::of(Code::PluginOutput);
    let leaf = |scalar: &Scalar, value: Json| {
        fitting(scalar, value).and_then(|value| Value::from_json(value).map_err(|_| wrong()))
    };
    let parts = match &entry.answer {
        Shape::Value(scalar) => return leaf(scalar, value),
        Shape::Object(parts) => parts,
    };
    let Json::Object(mut object) = value else { return Err(wrong()) };
    let picked: IndexMap<&str, Picked<'_>> = doc.pick(below, &|on| on == entry.answer_name)?.into_iter().collect();
    let mut values: HashMap<&str, Value> = HashMap::new();
    for part in parts {
        let value = leaf(&part.scalar, object.remove(&part.name).unwrap_or_default())?;
        if part.required && value == Value::Null {
            return Err(wrong());
        }
        values.insert(&part.name, value);
    }
    let of = |field: &Picked<'_>| match field.name {
        "__typename" => Value::String(entry.answer_name.clone()),
        name => values.get(name).cloned().unwrap_or_default(),
    };
    Ok(Value::Object(picked.iter().map(|(key, field)| (Name::new(key), of(field))).collect()))
}
