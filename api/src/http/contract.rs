//! The schemas that requests are held to: one for all tenants without plug-ins, and one for each set of plug-ins,
//! made when it is first asked for and kept as long as there is room.
//!
//! A request keeps the schema that it began with. Which set a tenant has is among the facts that are loaded with its
//! rights, so that replicas learn of a change as they learn of a role: by a hint at once, by polling otherwise.

use std::{collections::HashSet, sync::Arc, time::Instant};

use bytes::Bytes;
use moka::future::Cache;
use uuid::Uuid;

use crate::{
    graph::{
        run::Engine,
        schema::{Zugong, build_with_inputs},
        variables::InputTypes,
    },
    kernel::{
        error::{ApiError, Code},
        extension::PluginSet,
        platform::Platform,
        session::Session,
    },
    modules::plugins,
};

/// A schema with everything that requests are held to.
pub(super) struct Contract {
    /// What tells it from others; empty for the one without plug-ins.
    pub(super) digest: String,
    /// The read engine over its catalogue.
    pub(super) engine: Engine,
    shape: Arc<Shape>,
}

/// What tenants with the same plug-ins share, whichever columns their indexed fields have.
struct Shape {
    schema: Zugong,
    inputs: Arc<InputTypes>,
    resumable: Arc<HashSet<String>>,
    /// It as SDL, where it is asked for often.
    sdl: Option<Bytes>,
    bytes: usize,
}

/// What a catalogue takes besides the types that all have, roughly.
const CATALOGUE_BYTES: u32 = 64 * 1024;

impl Contract {
    /// The schema without plug-ins.
    pub(super) fn base(engine: Engine) -> Result<Self, String> {
        let built = build_with_inputs(engine.clone(), None)?;
        let sdl = built.schema.sdl();
        let resumable = Arc::new(resumable(&sdl).ok_or("the schema's own SDL cannot be read")?);
        let inputs = Arc::new(built.inputs);
        let shape = Shape { schema: built.schema, inputs, resumable, sdl: Some(sdl.into()), bytes: 0 };
        Ok(Self { digest: String::new(), engine, shape: Arc::new(shape) })
    }

    /// The schema. The engine goes with each request: that of a tenant knows the tenant's columns.
    pub(super) fn schema(&self) -> &Zugong {
        &self.shape.schema
    }

    /// The types of its variables.
    pub(super) fn inputs(&self) -> &InputTypes {
        &self.shape.inputs
    }

    /// Subscriptions that can be resumed after an event.
    pub(super) fn resumable(&self) -> &HashSet<String> {
        &self.shape.resumable
    }

    /// It as SDL. Written when it is asked for: kept, it would take as much room as a fifth of the schema.
    pub(super) async fn sdl(&self) -> Result<Bytes, ApiError> {
        if let Some(sdl) = &self.shape.sdl {
            return Ok(sdl.clone());
        }
        let shape = self.shape.clone();
        apart(move || Ok(Bytes::from(shape.schema.sdl()))).await
    }
}

/// All schemas of a server.
pub(super) struct Contracts {
    base: Arc<Contract>,
    shapes: Cache<String, Arc<Shape>>,
    made: Cache<String, Arc<Contract>>,
}

impl Contracts {
    pub(super) fn new(base: Contract, bytes: u64) -> Self {
        let weigher = |_: &String, shape: &Arc<Shape>| u32::try_from(shape.bytes).unwrap_or(u32::MAX);
        let catalogues = |_: &String, _: &Arc<Contract>| CATALOGUE_BYTES;
        Self {
            base: Arc::new(base),
            shapes: Cache::builder().max_capacity(bytes).weigher(weigher).build(),
            made: Cache::builder().max_capacity(bytes / 8).weigher(catalogues).build(),
        }
    }

    /// The schema of whoever asks. Of many who ask for one that is not there, one makes it and the others wait;
    /// whoever asks for another does not.
    pub(super) async fn of(&self, session: Option<&Session>) -> Result<Arc<Contract>, ApiError> {
        let Some(session) = session.filter(|session| !session.tenant().plugins.packages.is_empty()) else {
            return Ok(self.base.clone());
        };
        let set = session.tenant().plugins.clone();
        self.with(session.platform(), session.tenant().id, &set).await
    }

    /// The schema of a tenant with a set of plug-ins, which need not be at work yet.
    pub(super) async fn with(
        &self,
        platform: &Arc<Platform>,
        tenant: Uuid,
        set: &PluginSet,
    ) -> Result<Arc<Contract>, ApiError> {
        let made = self.made.try_get_with(set.digest.clone(), self.make(platform, tenant, set));
        made.await.map_err(|error: Arc<ApiError>| ApiError::clone(&error))
    }

    async fn make(&self, platform: &Arc<Platform>, tenant: Uuid, set: &PluginSet) -> Result<Arc<Contract>, ApiError> {
        let started = Instant::now();
        let plugins = plugins::store::load(platform, tenant, set).await?.plugins;
        let (engine, slots) = (self.base.engine.clone(), set.slots.clone());
        let over = move || Ok(engine.over(Arc::new(plugins::schema::catalogue(&plugins, &slots)?)));
        let engine = apart(over).await?;
        let shape = self.shapes.try_get_with(set.shape.clone(), self.shape(engine.clone()));
        let shape = shape.await.map_err(|error: Arc<ApiError>| ApiError::clone(&error))?;
        metrics::histogram!("zugong_schema_seconds").record(started.elapsed().as_secs_f64());
        Ok(Arc::new(Contract { digest: set.digest.clone(), engine, shape }))
    }

    async fn shape(&self, engine: Engine) -> Result<Arc<Shape>, ApiError> {
        let base = self.base.shape.clone();
        let shape = move || {
            let built = build_with_inputs(engine, Some(&base.inputs))?;
            let (inputs, resumable) = (Arc::new(built.inputs), base.resumable.clone());
            Ok(Shape { schema: built.schema, inputs, resumable, sdl: None, bytes: built.bytes })
        };
        Ok(Arc::new(apart(shape).await?))
    }
}

/// Work that would keep others waiting, where it does not.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, ApiError> {
    let done = host::aside(work).await.map_err(|error| error.to_string()).and_then(|done| done);
    done.map_err(|error| {
        tracing::error!(error, "the schema of a tenant cannot be made");
        ApiError::of(Code::InternalServerError)
    })
}

/// The subscriptions that take the event to go on `after`. Only their type is read: the whole text takes long.
fn resumable(sdl: &str) -> Option<HashSet<String>> {
    use async_graphql_parser::types::{FieldDefinition, TypeKind, TypeSystemDefinition};
    let (_, text) = sdl.split_once("\ntype Subscription {\n")?;
    let (fields, _) = text.split_once("\n}")?;
    let document = async_graphql_parser::parse_schema(format!("type Subscription {{\n{fields}\n}}")).ok()?;
    let TypeSystemDefinition::Type(subscription) = document.definitions.into_iter().next()? else { return None };
    let TypeKind::Object(object) = subscription.node.kind else { return None };
    let takes_after = |field: &FieldDefinition| field.arguments.iter().any(|a| a.node.name.node == "after");
    let fields = object.fields.into_iter().map(|field| field.node).filter(takes_after);
    Some(fields.map(|field| field.name.node.to_string()).collect())
}
