//! Carries a checked document out, whichever transport brought it.
//!
//! It is validated first, whatever it is. A query of the catalogue only is then read by the engine, whose text goes
//! out untouched; everything else is executed by the library, which calls the same engine.

use std::sync::Arc;

use async_graphql::{
    Positioned, Request, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json, value::RawValue};

use crate::{
    graph::{
        absent::leave_out,
        open::Openness,
        payload::HeaderKey,
        plans::Known,
        schema::{Asked, KnownValid, Read, validation},
        selection::{Doc, Picked},
    },
    http::{
        app::App,
        contract::Contract,
        errors,
        once::{self, Order},
        parsed::{Document, Key},
        reply::Reply,
        trace,
        validity::{invalid, validated},
    },
    kernel::{
        error::{ApiError, Code},
        session::{RequestInfo, Session},
    },
};

/// Variables by name, each as its text.
pub(super) type Given = IndexMap<String, Box<RawValue>>;

/// A GraphQL request, as it was sent.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent {
    pub(super) query: Option<String>,
    pub(super) operation_name: Option<String>,
    /// Unread: nobody knows yet which of them the operation has.
    pub(super) variables: Option<Given>,
    pub(super) extensions: Option<Map<String, Json>>,
    /// The id of a document that the server knows, in the place of `query`.
    pub(super) document_id: Option<String>,
}

/// A request that passed the guard.
pub(super) struct Ready {
    pub(super) document: Arc<ExecutableDocument>,
    pub(super) operation: OperationType,
    /// The schema that it is about, whatever becomes of the tenant's plug-ins meanwhile.
    pub(super) contract: Arc<Contract>,
    known: Arc<Document>,
    key: Key,
    query: String,
    name: Option<String>,
    variables: Variables,
    /// The event after which a subscription goes on, in the place of its own `after`.
    pub(super) last: Option<String>,
}

impl Sent {
    /// Passes the guard and finds the operation.
    pub(super) fn ready(
        self,
        app: &App,
        contract: Arc<Contract>,
        session: Option<&Session>,
    ) -> Result<Ready, ApiError> {
        let query = self.query.ok_or_else(|| {
            ApiError::of(Code::BadUserInput).at("query").saying("缺少 query", "The request has no `query`.")
        })?;
        let (key, known) = app.parsed.of(&query, &contract.digest, &app.settings.limits)?;
        let document = known.parsed.clone();
        let found = &operation(&document, self.operation_name.as_deref())?.node;
        // What nobody asked for is not worth reading: a body has room for tens of thousands of keys.
        let given = self.variables.unwrap_or_default();
        let mut variables = Map::new();
        for definition in &found.variable_definitions {
            let name = definition.node.name.node.as_str();
            if let Some(text) = given.get(name) {
                variables.insert(name.to_owned(), serde_json::from_str(text.get()).map_err(|_| unreadable(name))?);
            }
        }
        let variables = contract.inputs().coerce(found, Variables::from_json(Json::Object(variables)));
        // What would fit tells of the schema.
        let tells = |error: &ApiError| error.code == Code::GraphqlValidationFailed && !app.shows_schema(session);
        let variables = variables.map_err(|error| if tells(&error) { unfit() } else { error })?;
        let operation = found.ty;
        let name = self.operation_name;
        Ok(Ready { document, operation, contract, known, key, query, name, variables, last: None })
    }
}

fn unreadable(name: &str) -> ApiError {
    ApiError::of(Code::BadUserInput)
        .at("variables")
        .saying(format!("变量 {name} 不是可读的 JSON"), format!("The variable {name} is not readable JSON."))
}

fn unfit() -> ApiError {
    ApiError::of(Code::GraphqlValidationFailed)
        .saying("变量的值与声明的类型不符", "A variable does not have a value of the type it is declared with.")
}

fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d Positioned<OperationDefinition>, ApiError> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next(),
        _ => None,
    };
    found.ok_or_else(|| {
        ApiError::of(Code::BadUserInput)
            .at("operationName")
            .saying("operationName 未指明要执行的操作", "`operationName` does not name one of the operations.")
    })
}

impl Ready {
    /// The operation with what it refers to.
    pub(super) fn doc(&self) -> Result<Doc<'_>, ApiError> {
        let operation = &operation(&self.document, self.name.as_deref())?.node;
        Ok(Doc { fragments: &self.document.fragments, operation, variables: &self.variables, open: &[] })
    }

    /// The operation's name, as the document has it.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.document.operations {
            DocumentOperations::Single(_) => None,
            DocumentOperations::Multiple(all) => {
                self.name.as_deref().or_else(|| all.keys().next().map(async_graphql::Name::as_str))
            }
        }
    }

    /// The names of the root fields; none if they cannot be told.
    pub(super) fn roots(&self) -> Vec<&str> {
        let picked = self.doc().and_then(|doc| doc.pick(&[&doc.operation.selection_set.node], &|_| true));
        picked.map(|picked| picked.values().map(|field| field.name).collect()).unwrap_or_default()
    }

    /// The operation, to be changed.
    pub(super) fn operation_mut(&mut self) -> Option<&mut OperationDefinition> {
        match (&mut Arc::make_mut(&mut self.document).operations, self.name.as_deref()) {
            (DocumentOperations::Single(operation), _) => Some(&mut operation.node),
            (DocumentOperations::Multiple(all), Some(name)) => all.get_mut(name).map(|operation| &mut operation.node),
            (DocumentOperations::Multiple(all), None) => all.values_mut().next().map(|operation| &mut operation.node),
        }
    }

    /// What is left open of its variables, if its operation is known to be valid.
    pub(super) fn openness(&self) -> Option<Arc<Openness>> {
        self.known.valid(self.name.as_deref())
    }

    /// Remembers that its operation passed validation.
    pub(super) fn passed(&self, app: &App) -> Arc<Openness> {
        app.parsed.passed(&self.key, &self.known, self.name.as_deref(), || {
            self.doc().map(|doc| Openness::of(doc, self.contract.engine.catalogue())).unwrap_or_default()
        })
    }

    /// Whether it reads only.
    pub(super) fn is_query(&self) -> bool {
        self.operation == OperationType::Query
    }

    /// Whether it may name what plug-ins have added: only their names have a low line behind a small letter or a digit.
    pub(super) fn names_plug_ins(&self) -> bool {
        self.query.as_bytes().windows(2).any(|pair| matches!(pair, [b'a'..=b'z' | b'0'..=b'9', b'_']))
    }

    /// The request by which the library validates the document as it was sent.
    pub(super) fn to_validate(&self, session: Option<&Session>, app: &App) -> Request {
        let mut document = ExecutableDocument::clone(&self.document);
        validation::show(&mut document);
        self.request(document, session, None, app).data(self.document.clone())
    }

    /// The request by which the library carries an operation out that is known to be valid. It would take a variable that
    /// nobody gave for null.
    pub(super) fn to_carry_out(&self, session: Option<&Session>, key: Option<&str>, app: &App) -> Request {
        let mut document = ExecutableDocument::clone(&self.document);
        if let Ok(operation) = operation(&self.document, self.name.as_deref()) {
            leave_out(&mut document, &operation.node, &self.variables);
        }
        // It was validated before, or it would not be carried out.
        let openness = self.openness().filter(|_| self.key.is_known);
        let read = openness.map(|openness| Read::of(self.key.digest, self.name.as_deref(), openness));
        self.request(document, session, key, app).data(KnownValid).data(read.unwrap_or_default())
    }

    /// A request for the library, with the caller in it.
    fn request(
        &self,
        document: ExecutableDocument,
        session: Option<&Session>,
        key: Option<&str>,
        app: &App,
    ) -> Request {
        let mut request = Request::new(self.query.clone()).variables(self.variables.clone());
        request.set_parsed_query(document);
        request.operation_name = self.name.clone();
        if let Some(session) = session {
            request = request.data(session.clone());
        }
        // First passwords are hashed by the same service that checks them.
        request = request.data(app.identity.clone()).data(app.outward.clone());
        request = request.data(self.contract.engine.clone()).data(Asked::default());
        if let Some(key) = key {
            request = request.data(HeaderKey(key.to_string()));
        }
        if !app.opens_schema(session) {
            // The root field is then asked of the schema, which refuses it.
            request = request.disable_introspection();
        }
        request
    }
}

/// Carries a query or mutation out.
pub(super) async fn run(
    app: &App,
    mut ready: Ready,
    session: Option<&Session>,
    key: Option<&str>,
    info: &RequestInfo,
) -> Reply {
    trace::operation(&ready, session);
    if !app.shows_schema(session) && introspects(&ready) {
        let error = ApiError::of(Code::Unauthenticated).saying("读取接口定义请先登录", "Log in to read the schema.");
        return Reply::failed(&error, info);
    }
    // The variables were checked against their types, so that the document's validity is all that is left.
    let openness = match validated(app, &ready, session, info).await {
        Ok(openness) => openness,
        Err(reply) => return reply,
    };
    trace::fields(&ready);
    if let Some(operation) = catalogue_only(&ready) {
        return read(&ready, operation, session, &openness, info).await;
    }
    if let Err(error) = once::merge(&mut ready) {
        return Reply::failed(&error, info);
    }
    let response = ready.contract.schema().execute(ready.to_carry_out(session, key, app)).await;
    // Before execution there is no data and no path; afterwards root fields at least are null.
    let executing = response.errors.is_empty()
        || response.data != async_graphql::Value::Null
        || response.errors.iter().any(|e| !e.path.is_empty());
    let shown = app.shows_schema(session);
    if !executing {
        return invalid(&response.errors, shown, info);
    }
    let errors = errors::library(&response.errors, true, shown, info);
    let data = match (response.data, ready.doc()) {
        // Everything was left out.
        (async_graphql::Value::Null, _) if response.errors.is_empty() => async_graphql::Value::Object(IndexMap::new()),
        (data, Ok(doc)) => Order::of(doc, &[&doc.operation.selection_set.node]).put(data),
        (data, Err(_)) => data,
    };
    let data = serde_json::to_string(&data).unwrap_or_else(|_| "null".into());
    Reply::of(&data, errors, Map::new())
}

/// Whether the schema is asked for.
fn introspects(ready: &Ready) -> bool {
    let Ok(operation) = operation(&ready.document, ready.name.as_deref()) else { return false };
    let doc = Doc {
        fragments: &ready.document.fragments,
        operation: &operation.node,
        variables: &ready.variables,
        open: &[],
    };
    let roots = doc.pick(&[&operation.node.selection_set.node], &|on| on == "Query");
    roots.is_ok_and(|roots| roots.values().any(|f| matches!(f.name, "__schema" | "__type")))
}

/// The operation, if all its root fields are read from the catalogue.
fn catalogue_only(ready: &Ready) -> Option<&OperationDefinition> {
    if ready.operation != OperationType::Query {
        return None;
    }
    let operation = &operation(&ready.document, ready.name.as_deref()).ok()?.node;
    let doc = Doc { fragments: &ready.document.fragments, operation, variables: &ready.variables, open: &[] };
    let roots = doc.pick(&[&operation.selection_set.node], &|on| on == "Query").ok()?;
    let pure =
        roots.values().all(|f| f.name == "__typename" || ready.contract.engine.catalogue().root(f.name).is_some());
    (pure && !roots.is_empty()).then_some(operation)
}

async fn read(
    ready: &Ready,
    operation: &OperationDefinition,
    session: Option<&Session>,
    openness: &Openness,
    info: &RequestInfo,
) -> Reply {
    let Key { digest, is_known } = ready.key;
    let known = is_known.then_some(Known { digest, operation: ready.name.as_deref(), openness });
    let doc = Doc { fragments: &ready.document.fragments, operation, variables: &ready.variables, open: &[] };
    let roots = match doc.pick(&[&operation.selection_set.node], &|on| on == "Query") {
        Ok(roots) => roots,
        Err(error) => return Reply::failed(&error, info),
    };
    let roots: Vec<(&str, Picked<'_>)> = roots.into_iter().collect();
    // Who asks for the name of the root asks nobody.
    let is_read = |field: &Picked<'_>| field.name != "__typename";
    let read: Vec<(&str, &Picked<'_>)> =
        roots.iter().filter(|(_, field)| is_read(field)).map(|(key, field)| (*key, field)).collect();
    let mut answers = ready.contract.engine.roots(session, doc, &read, known).await.into_iter();
    let mut data = String::from("{");
    let mut faults = vec![];
    let mut statements = vec![];
    for (i, (key, field)) in roots.iter().enumerate() {
        let separator = if i == 0 { "" } else { "," };
        data.push_str(&format!("{separator}\"{key}\":"));
        if !is_read(field) {
            data.push_str("\"Query\"");
            continue;
        }
        match answers.next().unwrap_or_else(|| Err(ApiError::of(Code::InternalServerError))) {
            Ok(answer) => {
                data.push_str(&answer.json);
                faults.extend(answer.errors.iter().map(|e| errors::field(e, info)));
                statements.extend(answer.sql);
            }
            Err(error) => {
                data.push_str("null");
                faults.push(errors::root(&error, key, info));
            }
        }
    }
    data.push('}');
    faults.truncate(crate::graph::post::MAX_ERRORS);
    let mut extensions = Map::new();
    if session.is_some_and(Session::is_privileged) {
        extensions.insert("sql".into(), json!({ "count": statements.len(), "statements": statements }));
    }
    Reply::of(&data, faults, extensions)
}
