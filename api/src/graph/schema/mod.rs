//! The schema: derived commands beside the catalogue's types, and the roots that join them.

use std::{any::Any, borrow::Cow, sync::Arc};

use async_graphql::{
    CacheControl, ContainerType, Context, ContextBase, ContextSelectionSet, MergedObject, ObjectType, OutputType,
    PathSegment, Pos, Positioned, Schema, ServerError, ServerResult, ValidationResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
    parser::types::{ExecutableDocument, Field},
    registry::{MetaTypeId, Registry},
    resolver_utils::resolve_container,
};

use crate::{
    graph::{
        catalogue::{By, Entry, Submission},
        post::Step,
        run::{Answer, Engine},
        selection::Doc,
        variables::InputTypes,
    },
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
    modules::{Mutations, Queries, Subscriptions},
};

mod aggregates;
mod entries;
pub(crate) mod inject;
pub(crate) mod meta;
mod reading;
mod submissions;
mod tidy;
pub mod validation;

pub use entries::Asked;
pub(crate) use inject::enum_type;
pub use reading::Read;

/// The root of everything the catalogue declares.
#[derive(Default)]
pub struct CatalogueRoot;

/// `Query`: the catalogue and what modules answer by themselves.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
struct Roots(CatalogueRoot, Queries);

/// `Query`: what stands in `Roots`. A field that fails is null, and the others' answers stay.
#[derive(Default)]
pub struct Query(Roots);

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        <Roots as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Roots as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Query {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let resolved = match ctx.item.node.name.node.as_str() {
            "__schema" | "__type" => Err(at_field(unread(), ctx)),
            _ => self.0.resolve_field(ctx).await,
        };
        alone(ctx, resolved)
    }
}

impl ObjectType for Query {}

/// The refusal of introspection: the library answers by itself whoever may introspect, and asks the roots for all others.
fn unread() -> ApiError {
    ApiError::of(Code::Forbidden)
        .saying("内省接口定义需要权限 schema:read", "Introspection needs the right schema:read.")
}

/// Root fields are nullable, and one that fails is null. The library would make the whole answer null.
fn alone(ctx: &Context<'_>, resolved: ServerResult<Option<Value>>) -> ServerResult<Option<Value>> {
    resolved.or_else(|error| {
        ctx.add_error(error);
        Ok(Some(Value::Null))
    })
}

/// `Mutation`: commands answer each for itself. One that fails is null, and the others' answers stay.
#[derive(Default)]
pub struct Mutation(Mutations);

impl OutputType for Mutation {
    fn type_name() -> Cow<'static, str> {
        <Mutations as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = <Mutations as OutputType>::create_type_info(registry);
        inject::complete(registry, &Self::type_name());
        name
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Mutation {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let engine = ctx.data_unchecked::<Engine>();
        let name = ctx.item.node.name.node.as_str();
        let resolved = match (engine.catalogue().submission(name), acted(engine, name)) {
            (Some(submission), _) => submit(ctx, submission).await.map_err(|error| at_field(error, ctx)).map(Some),
            (_, Some(entry)) => entries::act(ctx, entry).await.map_err(|error| at_field(error, ctx)).map(Some),
            _ => self.0.resolve_field(ctx).await,
        };
        alone(ctx, resolved)
    }
}

impl ObjectType for Mutation {}

fn acted<'e>(engine: &'e Engine, name: &str) -> Option<&'e Entry> {
    engine.catalogue().entry(name).filter(|entry| matches!(entry.by, By::Mutation(_)))
}

/// A submission whose form is typed: the command, then what the client selects of it.
async fn submit(ctx: &Context<'_>, submission: &Submission) -> Result<Value, ApiError> {
    let outcome = crate::modules::matters::typed::submit(ctx, submission).await?;
    submissions::answer(ctx, submission, outcome).await
}

fn at_field(error: ApiError, ctx: &Context<'_>) -> ServerError {
    let key = ctx.item.node.response_key().node.to_string();
    let mut error = failure(error, ctx.item.pos);
    error.path = vec![PathSegment::Field(key)];
    error
}

/// Selection sets within one another, fragments expanded, of any document that comes here: what stands in front refuses
/// what is deeper, and the library is to know no narrower bound of its own. With what [`validation::show`] puts around a
/// `__typename` it is one more, which the library, counting from 0, takes as well.
pub const NESTING: usize = 64;

/// The schema of a set of types.
pub type Zugong = Schema<Query, Mutation, Subscriptions>;

/// Builds the schema over an engine's catalogue.
pub fn build(engine: Engine) -> Zugong {
    built(engine, None).0
}

/// A schema with what could be told of it while it was built.
pub struct Built {
    /// The schema.
    pub schema: Zugong,
    /// The types of its variables.
    pub inputs: InputTypes,
    /// The bytes that it takes.
    pub bytes: usize,
}

/// Builds the schema over an engine's catalogue, with the types of its variables; beside another schema, those that
/// they have in common are not repeated.
pub fn build_with_inputs(engine: Engine, beside: Option<&Arc<InputTypes>>) -> Result<Built, String> {
    let (schema, made) = built(engine, beside.cloned());
    let made = made.ok_or("nothing was registered")?;
    Ok(Built { schema, inputs: made.inputs, bytes: made.bytes })
}

fn built(engine: Engine, beside: Option<Arc<InputTypes>>) -> (Zugong, Option<inject::Made>) {
    inject::over(engine.catalogue().clone(), beside, || {
        Schema::build(Query::default(), Mutation::default(), Subscriptions::default())
            .disable_suggestions()
            .limit_recursive_depth(NESTING)
            .extension(PassThrough)
            .data(engine)
            .finish()
    })
}

impl OutputType for CatalogueRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("CatalogueRoot")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            inject::all(registry);
            meta::object("CatalogueRoot", "", inject::roots(), Some(std::any::type_name::<Self>()))
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for CatalogueRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let engine = ctx.data_unchecked::<Engine>();
        let field = &ctx.item.node;
        if let Some(entry) = engine.catalogue().entry(&field.name.node)
            && let By::Query(by) = &entry.by
        {
            return entries::ask(ctx, entry, by).await.map(Some).map_err(|error| at_field(error, ctx));
        }
        if engine.catalogue().root(&field.name.node).is_none() {
            return Ok(None);
        }
        let answer = reading::read(ctx, engine).await.map_err(|error| at_field(error, ctx))?;
        Ok(Some(answer_value(answer, ctx, ctx.item.pos, vec![])))
    }
}

impl ObjectType for CatalogueRoot {}

/// The caller, if there is one.
pub fn caller<'a, T>(ctx: &ContextBase<'a, T>) -> Option<&'a Session> {
    ctx.data_opt::<Session>()
}

/// The caller, or the refusal of an anonymous request.
pub fn required<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Session, ApiError> {
    caller(ctx).ok_or(ApiError::of(Code::Unauthenticated))
}

/// The document that is being executed.
pub(crate) fn whole(env: &async_graphql::context::QueryEnv) -> Doc<'_> {
    Doc { fragments: &env.fragments, operation: &env.operation.node, variables: &env.variables, open: &[] }
}

/// An answer of the engine as a value within an execution by the library. `above` leads to the answer's parent.
pub(crate) fn answer_value<T>(answer: Answer, ctx: &ContextBase<'_, T>, pos: Pos, above: Vec<String>) -> Value {
    for fault in answer.errors {
        let mut error = async_graphql::Error::from(fault.error).into_server_error(pos);
        // The engine's path begins with the field's key, which `above` already ends with.
        let steps = if above.is_empty() { &fault.path[..] } else { fault.path.get(1..).unwrap_or_default() };
        error.path = above.iter().map(|key| segment(key)).chain(steps.iter().map(step)).collect();
        ctx.add_error(error);
    }
    serde_json::from_str::<serde_json::Value>(&answer.json)
        .ok()
        .and_then(|json| Value::from_json(json).ok())
        .unwrap_or_default()
}

fn segment(key: &str) -> PathSegment {
    key.parse().map_or_else(|_| PathSegment::Field(key.to_string()), PathSegment::Index)
}

fn step(step: &Step) -> PathSegment {
    match step {
        Step::Key(key) => PathSegment::Field(key.clone()),
        Step::Index(i) => PathSegment::Index(*i),
    }
}

impl From<ApiError> for async_graphql::Error {
    /// The code travels as the source; the front writes it out in the client's language.
    fn from(error: ApiError) -> Self {
        let source: Arc<dyn Any + Send + Sync> = Arc::new(error.clone());
        Self { message: error.message(Default::default()).into_owned(), source: Some(source), extensions: None }
    }
}

/// Put into a request that is not to be carried out: it is validated, and the library stops there. The document goes with
/// it as `Arc<ExecutableDocument>`, for the rules that are ours.
#[derive(Default)]
pub struct ValidOnly(std::sync::atomic::AtomicBool);

impl ValidOnly {
    /// Whether validation was passed.
    pub fn passed(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// Put into a request whose operation passed validation before: it is not validated again.
pub struct KnownValid;

struct PassThrough;
struct PassThroughExtension;

impl ExtensionFactory for PassThrough {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(PassThroughExtension)
    }
}

#[async_trait::async_trait]
impl Extension for PassThroughExtension {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let passed = || ValidationResult { cache_control: CacheControl::default(), complexity: 0, depth: 0 };
        if ctx.data_opt::<KnownValid>().is_some() {
            return Ok(passed());
        }
        let Some(document) = ctx.data_opt::<Arc<ExecutableDocument>>() else { return next.run(ctx).await };
        let unknown = validation::unknown_types(&ctx.schema_env.registry, document);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let ours = validation::errors(&ctx.schema_env.registry, document);
        let theirs = next.run(ctx).await.err().unwrap_or_default();
        let theirs = theirs.into_iter().filter(|error| !validation::is_replaced(error));
        let errors: Vec<ServerError> = theirs.chain(ours).collect();
        if errors.is_empty() { Ok(passed()) } else { Err(errors) }
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> async_graphql::Response {
        match ctx.data_opt::<Arc<ValidOnly>>() {
            // Reached only after validation.
            Some(valid) => {
                valid.0.store(true, std::sync::atomic::Ordering::Relaxed);
                async_graphql::Response::new(Value::Null)
            }
            None => next.run(ctx, operation).await,
        }
    }
}

/// A failure as the library's error, with the source that the front reads.
pub fn failure(error: ApiError, pos: Pos) -> ServerError {
    async_graphql::Error::from(error).into_server_error(pos)
}
