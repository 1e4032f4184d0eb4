//! What a component may read: fields of core objects that were granted, and the cases of its own matters. Each is a
//! question to the read engine on behalf of the caller, so that a component sees what the caller sees and no more.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use async_graphql::{
    Name, Value, Variables,
    indexmap::IndexMap,
    parser::{parse_query, types::DocumentOperations},
};
use declarative::{Plugin, names};
use moka::sync::Cache;
use serde_json::{Value as Json, json};

use crate::{
    graph::{
        catalogue::{Catalogue, Scalar, Source, TypeDef},
        run::Engine,
        scalar::parameter,
        selection::Doc,
    },
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
    modules::plugins::schema,
};

/// Objects in one question to the engine.
const LOT: usize = 100;
/// Cases on a page; as many pages as a call may ask for have no more rows than it may have.
const PAGE: usize = 30;
/// Conditions of one `find`.
const CONDITIONS: usize = 10;

/// The platform's types and those of one plug-in, by its digest.
static CATALOGUES: LazyLock<Cache<String, Arc<Catalogue>>> = LazyLock::new(|| Cache::new(64));

/// The engine that a server reads with, as it is kept for plug-ins.
pub struct Reading(pub Engine);

fn engine(session: &Session, plugin: &Arc<Plugin>) -> Result<Engine, ApiError> {
    let reading = session.platform().shelf().get::<Reading>().ok_or(ApiError::of(Code::Unavailable))?;
    let made = CATALOGUES
        .try_get_with(plugin.digest.clone(), || schema::catalogue(std::slice::from_ref(plugin), &[]).map(Arc::new));
    let catalogue = made.map_err(|error: Arc<String>| {
        tracing::error!(%error, plugin = plugin.key, "a plug-in has no catalogue");
        ApiError::of(Code::InternalServerError)
    })?;
    Ok(reading.0.over(catalogue))
}

/// The objects that were found, each with its id and the fields that were granted.
pub async fn read(
    session: &Session,
    plugin: &Arc<Plugin>,
    view: &str,
    fields: &BTreeSet<String>,
    ids: &[String],
) -> Result<Vec<String>, ApiError> {
    let engine = engine(session, plugin)?;
    let mut found = vec![];
    for lot in ids.chunks(LOT) {
        let condition = json!({ "id": { "in": lot } });
        let page = page(session, &engine, view, fields.iter().map(String::as_str), condition, (LOT, None)).await?;
        found.extend(page.items.into_iter().map(|item| item.to_string()));
    }
    Ok(found)
}

/// Cases of one of its own matters by their ids, in their order.
pub async fn cases(
    session: &Session,
    plugin: &Arc<Plugin>,
    kind: &str,
    ids: &[String],
) -> Result<Vec<Option<String>>, ApiError> {
    let engine = engine(session, plugin)?;
    let (view, fields) = own(plugin, kind)?;
    let mut found: IndexMap<String, String> = IndexMap::new();
    for lot in ids.chunks(LOT) {
        let condition = json!({ "id": { "in": lot } });
        let fields = fields.iter().map(String::as_str);
        for item in page(session, &engine, &view, fields, condition, (LOT, None)).await?.items {
            found.insert(item["id"].as_str().unwrap_or_default().to_string(), item.to_string());
        }
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// A page of cases of one of its own matters: `{"items": [..], "next": ".."}`.
pub async fn find(
    session: &Session,
    plugin: &Arc<Plugin>,
    kind: &str,
    filter: &str,
    after: Option<&str>,
) -> Result<String, ApiError> {
    let engine = engine(session, plugin)?;
    let (view, fields) = own(plugin, kind)?;
    let ty = engine.catalogue().by_name(&view).ok_or(ApiError::of(Code::PluginDenied))?;
    let condition = checked(ty, filter)?;
    let fields = fields.iter().map(String::as_str);
    let page = page(session, &engine, &view, fields, condition, (PAGE, after)).await?;
    Ok(json!({ "items": page.items, "next": page.next }).to_string())
}

/// The view of a matter's cases, and its fields.
fn own(plugin: &Plugin, kind: &str) -> Result<(String, Vec<String>), ApiError> {
    let matter = plugin.matters.iter().find(|matter| matter.key == kind).ok_or(ApiError::of(Code::PluginDenied))?;
    let mut fields = vec!["submittedAt".to_string()];
    fields.extend(matter.fields.iter().map(|field| field.name.clone()));
    Ok((names::type_name(&plugin.prefix, kind), fields))
}

struct Page {
    items: Vec<Json>,
    next: Option<String>,
}

async fn page(
    session: &Session,
    engine: &Engine,
    view: &str,
    fields: impl Iterator<Item = &str>,
    condition: Json,
    (first, after): (usize, Option<&str>),
) -> Result<Page, ApiError> {
    let ty = engine.catalogue().by_name(view).ok_or(ApiError::of(Code::PluginDenied))?;
    let (_, list) = ty.roots.as_ref().ok_or(ApiError::of(Code::PluginDenied))?;
    // Names of the catalogue alone: what a component says is in the variables.
    let fields: Vec<&str> = fields.filter(|name| *name != "id" && ty.find(name).is_some()).collect();
    let text = format!(
        "query($where: {view}Where, $after: String) {{ found: {list}(first: {first}, after: $after, where: $where) \
         {{ nodes {{ id {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        fields.join(" ")
    );
    let failed = || ApiError::of(Code::InternalServerError);
    let document = parse_query(&text).map_err(|_| failed())?;
    let DocumentOperations::Single(operation) = &document.operations else { return Err(failed()) };
    let mut variables = Variables::default();
    if condition.as_object().is_some_and(|all| !all.is_empty()) {
        variables.insert(Name::new("where"), Value::from_json(condition).map_err(|_| failed())?);
    }
    if let Some(after) = after {
        variables.insert(Name::new("after"), Value::String(after.into()));
    }
    let doc = Doc { fragments: &document.fragments, operation: &operation.node, variables: &variables, open: &[] };
    let roots = doc.pick(&[&operation.node.selection_set.node], &|on| on == "Query")?;
    let field = roots.get("found").ok_or_else(failed)?;
    let answer = engine.root(Some(session), doc, "found", field).await?;
    let mut found: Json = serde_json::from_str(&answer.json).map_err(|_| failed())?;
    let items = found["nodes"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let more = found["pageInfo"]["hasNextPage"] == json!(true);
    let next = found["pageInfo"]["endCursor"].as_str().filter(|_| more).map(str::to_string);
    Ok(Page { items, next })
}

/// Conditions of a component: `{"field": {"eq": value}}`, on fields that lists are filtered by. Everything is checked
/// here, for no schema has looked at it.
fn checked(ty: &TypeDef, filter: &str) -> Result<Json, ApiError> {
    let wrong = |at: &str| ApiError::of(Code::BadUserInput).at(at.chars().take(60).collect::<String>());
    let filter: Json = serde_json::from_str(filter).map_err(|_| wrong("filter"))?;
    let Json::Object(conditions) = &filter else { return Err(wrong("filter")) };
    if conditions.len() > CONDITIONS {
        return Err(wrong("filter"));
    }
    for (name, operators) in conditions {
        let scalar = match ty.find(name).filter(|field| field.filter).map(|field| &field.source) {
            Some(Source::Column(_, scalar) | Source::Expression(_, scalar) | Source::Member(_, _, scalar)) => scalar,
            _ => return Err(wrong(name)),
        };
        let Some(operators) = operators.as_object().filter(|all| !all.is_empty()) else { return Err(wrong(name)) };
        for (operator, value) in operators {
            let fits = |value: &Json| {
                let value = Value::from_json(value.clone()).map_err(|_| wrong(name))?;
                parameter(scalar, &value, name).map(drop)
            };
            let closed = matches!(scalar, Scalar::Boolean | Scalar::Id(_) | Scalar::Enum(_));
            match (operator.as_str(), value) {
                ("eq" | "ne", value) => fits(value)?,
                ("in" | "notIn", Json::Array(values)) if !matches!(scalar, Scalar::Boolean) => {
                    if values.len() > LOT {
                        return Err(wrong(name));
                    }
                    values.iter().try_for_each(fits)?;
                }
                ("lt" | "lte" | "gt" | "gte", value) if !closed => fits(value)?,
                ("contains" | "startsWith", Json::String(_)) if matches!(scalar, Scalar::String) => {}
                ("isNull", Json::Bool(_)) => {}
                _ => return Err(wrong(name)),
            }
        }
    }
    Ok(filter)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use declarative::{Package, scaffold};

    use super::*;
    use crate::modules::plugins::store;

    #[test]
    fn conditions_of_a_component_are_those_of_a_list_and_nothing_else() {
        let files = scaffold::files("330203.bwly", "bwly", "编外录用");
        let package = Package::new(files.into_iter().map(|(path, text)| (path.to_string(), text))).unwrap();
        let plugin = Arc::new(declarative::check(&package, &store::environment()).unwrap());
        let catalogue = schema::catalogue(&[plugin], &[]).unwrap();
        let ty = catalogue.by_name("Bwly_Apply").unwrap();
        for right in [
            "{}",
            r#"{"kind":{"eq":"FIRST"}}"#,
            r#"{"kind":{"in":["FIRST","SECOND"]},"name":{"startsWith":"王"}}"#,
            r#"{"birthDate":{"gte":"1990-01-01","lt":"2000-01-01"}}"#,
            r#"{"reason":{"isNull":true}}"#,
            r#"{"name":{"contains":"' or 1=1 --"}}"#,
        ] {
            assert!(checked(ty, right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "[]",
            r#"{"kind":"FIRST"}"#,
            r#"{"kind":{}}"#,
            r#"{"kind":{"eq":"THIRD"}}"#,
            r#"{"kind":{"eq":"' or 1=1 --"}}"#,
            r#"{"kind":{"lt":"FIRST"}}"#,
            r#"{"kind":{"in":"FIRST"}}"#,
            r#"{"kind":{"in":["' or 1=1 --"]}}"#,
            r#"{"kind":{"contains":"F"}}"#,
            r#"{"birthDate":{"gte":"1990-1-1"}}"#,
            r#"{"birthDate":{"gte":5}}"#,
            r#"{"name":{"like":"%"}}"#,
            r#"{"name":{"isNull":"true"}}"#,
            r#"{"tenant_id":{"eq":"x"}}"#,
            r#"{"case":{"number":{"eq":"x"}}}"#,
            r#"{"and":[{"kind":{"eq":"FIRST"}}]}"#,
        ] {
            assert!(checked(ty, wrong).is_err(), "{wrong}");
        }
    }
}
