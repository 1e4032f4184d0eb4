//! Root fields of the catalogue in a document that the library carries out: they are read together, as those of a
//! document of nothing else are, so that what their answers wait for is asked once.

use std::collections::HashMap;

use async_graphql::Context;
use tokio::sync::{Mutex, OnceCell};

use crate::{
    graph::{
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
pub struct Read(OnceCell<Answers>);

/// The answer of the root field that is carried out; the first one reads all others, too.
pub(super) async fn read(ctx: &Context<'_>, engine: &Engine) -> Result<Answer, ApiError> {
    let (field, doc) = (&ctx.item.node, whole(ctx.query_env));
    let key = field.response_key().node.as_str();
    if let Some(read) = ctx.data_opt::<Read>() {
        let answers = read.0.get_or_try_init(async || together(ctx, engine, doc).await).await?;
        if let Some(answer) = answers.lock().await.remove(key) {
            return answer;
        }
    }
    let picked =
        Picked { name: &field.name.node, arguments: doc.arguments(field)?, below: vec![&field.selection_set.node] };
    engine.root(caller(ctx), doc, key, &picked).await
}

async fn together(ctx: &Context<'_>, engine: &Engine, doc: Doc<'_>) -> Result<Answers, ApiError> {
    let roots = doc.pick(&[&doc.operation.selection_set.node], &|on| on == "Query")?;
    let roots: Vec<(&str, Picked<'_>)> =
        roots.into_iter().filter(|(_, field)| engine.catalogue().root(field.name).is_some()).collect();
    let read: Vec<(&str, &Picked<'_>)> = roots.iter().map(|(key, field)| (*key, field)).collect();
    let answers = engine.roots(caller(ctx), doc, &read, None).await;
    Ok(Mutex::new(roots.iter().map(|(key, _)| (*key).to_string()).zip(answers).collect()))
}
