//! The schemas that requests are held to: one for all tenants without plug-ins, and one for each set of plug-ins,
//! made when it is first asked for and kept as long as there is room.
//!
//! A request keeps the schema that it began with. Which set a tenant has is among the facts that are loaded with its
//! rights, so that replicas learn of a change as they learn of a role: by a hint at once, by polling otherwise.

use std::{collections::HashSet, sync::Arc};

use moka::future::Cache;

use crate::{
    graph::{
        run::Engine,
        schema::{Zugong, build},
        variables::InputTypes,
    },
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
    modules::plugins,
};

/// A schema with everything that requests are held to.
pub(super) struct Contract {
    /// What tells it from others; empty for the one without plug-ins.
    pub(super) digest: String,
    /// The schema.
    pub(super) schema: Zugong,
    /// The read engine over its catalogue.
    pub(super) engine: Engine,
    /// It as SDL.
    pub(super) sdl: String,
    /// The types of its variables.
    pub(super) inputs: InputTypes,
    /// Subscriptions that can be resumed after an event.
    pub(super) resumable: HashSet<String>,
}

/// How many bytes a schema takes for each byte of its SDL, roughly, with the types of variables.
const BYTES_PER_BYTE: usize = 14;

impl Contract {
    /// The schema over an engine; fails with a sentence if the catalogue contradicts itself.
    pub(super) fn of(engine: Engine, digest: String) -> Result<Self, String> {
        let schema = build(engine.clone());
        let sdl = schema.sdl();
        let inputs = InputTypes::of(&sdl).ok_or("the schema's own SDL cannot be read")?;
        Ok(Self { digest, schema, engine, inputs, resumable: resumable(&sdl), sdl })
    }
}

/// All schemas of a server.
pub(super) struct Contracts {
    base: Arc<Contract>,
    made: Cache<String, Arc<Contract>>,
}

impl Contracts {
    pub(super) fn new(base: Contract, bytes: u64) -> Self {
        let weigher = |_: &String, contract: &Arc<Contract>| {
            u32::try_from(contract.sdl.len() * BYTES_PER_BYTE).unwrap_or(u32::MAX)
        };
        Self { base: Arc::new(base), made: Cache::builder().max_capacity(bytes).weigher(weigher).build() }
    }

    /// The schema of whoever asks. Of many who ask for one that is not there, one makes it and the others wait;
    /// whoever asks for another does not.
    pub(super) async fn of(&self, session: Option<&Session>) -> Result<Arc<Contract>, ApiError> {
        let Some(session) = session.filter(|session| !session.tenant().plugins.packages.is_empty()) else {
            return Ok(self.base.clone());
        };
        let set = session.tenant().plugins.clone();
        let made = self.made.try_get_with(set.digest.clone(), async {
            let started = std::time::Instant::now();
            let plugins = plugins::store::load(session.platform(), session.tenant().id, &set).await?;
            let (engine, digest) = (self.base.engine.clone(), set.digest.clone());
            let contract = tokio::task::spawn_blocking(move || {
                let catalogue = plugins::schema::catalogue(&plugins, &set.slots)?;
                Contract::of(engine.over(Arc::new(catalogue)), digest)
            });
            let contract =
                contract.await.map_err(|error| error.to_string()).and_then(|made| made).map_err(|error| {
                    tracing::error!(error, "the schema of a tenant cannot be made");
                    ApiError::of(Code::InternalServerError)
                })?;
            metrics::histogram!("zugong_schema_seconds").record(started.elapsed().as_secs_f64());
            Ok(Arc::new(contract))
        });
        made.await.map_err(|error: Arc<ApiError>| ApiError::clone(&error))
    }
}

/// The subscriptions that take the event to go on `after`.
fn resumable(sdl: &str) -> HashSet<String> {
    use async_graphql_parser::types::{TypeKind, TypeSystemDefinition};
    let definitions = async_graphql_parser::parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
    let subscription = definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) if ty.node.name.node == "Subscription" => match ty.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    let takes_after = |field: &async_graphql_parser::types::FieldDefinition| {
        field.arguments.iter().any(|argument| argument.node.name.node == "after")
    };
    let fields = subscription.unwrap_or_default().into_iter().map(|field| field.node);
    fields.filter(takes_after).map(|field| field.name.node.to_string()).collect()
}
