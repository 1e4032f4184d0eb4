//! Root fields of the catalogue in a document that the library carries out: they are read together, as those of a
//! document of nothing else are, so that what their answers wait for is asked once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use tokio::sync::{Mutex, OnceCell};

use crate::{
    graph::{
        open::Openness,
        plans::Known,
        run::{Answer, Engine},
        schema::{caller, whole},
        selection::{Doc, Picked},
    },
    kernel::error::ApiError,
};

/// Answers by their response keys, each until it is taken.
type Answers = Mutex<HashMap<String, Result<Answer, ApiError>>>;

/// The catalogue's answers of one request.
#[derive(Default)]
pub struct Read {
    answers: OnceCell<Answers>,
    kept: Option<Kept>,
}

/// Under what the plans of the request's operation are kept.
struct Kept {
    digest: [u8; 32],
    operation: Option<String>,
    openness: Arc<Openness>,
}

impl Read {
    /// Nothing is read yet of an operation that is asked for again and again. What the library leaves out of it before
    /// hangs on variables that are not open, so that a plan's key tells it apart.
    pub fn of(digest: [u8; 32], operation: Option<&str>, openness: Arc<Openness>) -> Self {
        let kept = Kept { digest, operation: operation.map(str::to_owned), openness };
        Self { answers: OnceCell::new(), kept: Some(kept) }
    }

    fn known(&self) -> Option<Known<'_>> {
        let Kept { digest, operation, openness } = self.kept.as_ref()?;
        Some(Known { digest: *digest, operation: operation.as_deref(), openness })
    }
}

/// The answer of the root field that is carried out; the first one reads all others, too.
pub(super) async fn read(ctx: &Context<'_>, engine: &Engine) -> Result<Answer, ApiError> {
    let (field, doc) = (&ctx.item.node, whole(ctx.query_env));
    let key = field.response_key().node.as_str();
    if let Some(read) = ctx.data_opt::<Read>() {
        let answers = read.answers.get_or_try_init(async || together(ctx, engine, doc, read.known()).await).await?;
        if let Some(answer) = answers.lock().await.remove(key) {
            return answer;
        }
    }
    let picked =
        Picked { name: &field.name.node, arguments: doc.arguments(field)?, below: vec![&field.selection_set.node] };
    engine.root(caller(ctx), doc, key, &picked).await
}

async fn together(
    ctx: &Context<'_>,
    engine: &Engine,
    doc: Doc<'_>,
    known: Option<Known<'_>>,
) -> Result<Answers, ApiError> {
    let roots = doc.pick(&[&doc.operation.selection_set.node], &|on| on == "Query")?;
    let roots: Vec<(&str, Picked<'_>)> =
        roots.into_iter().filter(|(_, field)| engine.catalogue().root(field.name).is_some()).collect();
    let read: Vec<(&str, &Picked<'_>)> = roots.iter().map(|(key, field)| (*key, field)).collect();
    let answers = engine.roots(caller(ctx), doc, &read, known).await;
    Ok(Mutex::new(roots.iter().map(|(key, _)| (*key).to_string()).zip(answers).collect()))
}
