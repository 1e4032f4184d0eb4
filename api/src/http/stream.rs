//! Carries an operation out for a connection that stays open: a WebSocket or an event stream.

use std::future::Future;

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{OperationType, Selection},
};
use async_graphql_value::Value as Literal;
use futures::StreamExt;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use crate::{
    http::{
        app::App,
        errors,
        execute::{Ready, run},
        net::caught,
        once,
        reply::Reply,
        validity::validated,
    },
    kernel::{
        error::{ApiError, Code},
        session::{RequestInfo, Session},
    },
};

/// What an operation says.
pub(super) enum Told {
    /// One result, as JSON text, with the id to resume from where it has one.
    Next(String, Option<String>),
    /// It could not begin, or broke off; nothing follows.
    Failed(Vec<Json>),
    /// It is over.
    Ended,
}

/// Carries the operation out and hands everything it says to `out`, until nobody listens any more. A panic is the end of
/// the operation and of nothing else.
pub(super) async fn carry<T>(
    app: &App,
    ready: Ready,
    (session, key): (Option<&Session>, Option<&str>),
    info: &RequestInfo,
    out: &mpsc::Sender<T>,
    wrap: impl Fn(Told) -> T,
) {
    netted(info, out, &wrap, carry_out(app, ready, (session, key), info, out, &wrap)).await;
}

/// Does the work, and tells of its panic.
async fn netted<T>(
    info: &RequestInfo,
    out: &mpsc::Sender<T>,
    wrap: &impl Fn(Told) -> T,
    work: impl Future<Output = ()>,
) {
    if let Err(error) = caught("operation", info, work).await {
        // Nobody listens: nothing is lost that the client has not given up.
        let _ = out.send(wrap(Told::Failed(vec![errors::request(&error, info)]))).await;
    }
}

async fn carry_out<T>(
    app: &App,
    mut ready: Ready,
    (session, key): (Option<&Session>, Option<&str>),
    info: &RequestInfo,
    out: &mpsc::Sender<T>,
    wrap: &impl Fn(Told) -> T,
) {
    if ready.operation != OperationType::Subscription {
        let reply = match tokio::time::timeout(app.settings.deadline, run(app, ready, session, key, info)).await {
            // Nothing was carried out.
            Ok(reply) if reply.refused.is_some() => {
                let _ = out.send(wrap(Told::Failed(reply.into_errors()))).await;
                return;
            }
            Ok(reply) => reply,
            Err(_) => Reply::failed(&ApiError::of(Code::DeadlineExceeded), info),
        };
        let _ = out.send(wrap(Told::Next(reply.into_text(), None))).await;
    } else {
        if let Err(reply) = validated(app, &ready, session, info).await {
            let _ = out.send(wrap(Told::Failed(reply.into_errors()))).await;
            return;
        }
        if let Err(error) = once::single(&ready).and_then(|()| once::merge(&mut ready)) {
            let _ = out.send(wrap(Told::Failed(vec![errors::request(&error, info)]))).await;
            return;
        }
        resume(&mut ready);
        let schema = ready.contract.schema().clone();
        let mut results = schema.execute_stream(ready.to_carry_out(session, None, app));
        while let Some(result) = results.next().await {
            // Without data and path it was refused before anything was carried out.
            let executing = result.data != Value::Null || result.errors.iter().any(|e| !e.path.is_empty());
            let faults = errors::library(&result.errors, executing, app.shows_schema(session), info);
            if result.data == Value::Null && !faults.is_empty() {
                let _ = out.send(wrap(Told::Failed(faults))).await;
                return;
            }
            let mut payload = json!({ "data": result.data });
            let event = event_id(&payload["data"]);
            if !faults.is_empty() {
                payload["errors"] = Json::Array(faults);
            }
            if out.send(wrap(Told::Next(payload.to_string(), event))).await.is_err() {
                return;
            }
        }
    }
    let _ = out.send(wrap(Told::Ended)).await;
}

/// Lets a subscription go on after the event that the client has had last. It is known to be valid, and its root field
/// stands in it directly.
fn resume(ready: &mut Ready) {
    let Some(last) = ready.last.take() else { return };
    let contract = ready.contract.clone();
    let resumable = contract.resumable();
    let Some(operation) = ready.operation_mut() else { return };
    for item in &mut operation.selection_set.node.items {
        if let Selection::Field(field) = &mut item.node
            && resumable.contains(field.node.name.node.as_str())
        {
            let (pos, field) = (field.pos, &mut field.node);
            let after = Positioned::new(Literal::String(last.clone()), pos);
            match field.arguments.iter_mut().find(|(name, _)| name.node == "after") {
                Some((_, given)) => *given = after,
                None => field.arguments.push((Positioned::new(Name::new("after"), pos), after)),
            }
        }
    }
}

/// The id of the event in a result: that of the one root field, where it was asked for.
fn event_id(data: &Json) -> Option<String> {
    let (_, event) = data.as_object()?.iter().next()?;
    event.get("id").and_then(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_an_operation_with_an_error_and_is_counted() {
        let figures = crate::http::health::recorder();
        let info = RequestInfo { id: "my-own-id".into(), ..RequestInfo::default() };
        let (sender, mut told) = mpsc::channel(4);
        let work = async {
            let _ = sender.send(Told::Next("{}".into(), None)).await;
            panic!("canary at /src/secret.rs");
        };
        netted(&info, &sender, &|told| told, work).await;
        assert!(matches!(told.recv().await, Some(Told::Next(..))), "what was said before is heard");
        let Some(Told::Failed(errors)) = told.recv().await else { panic!("it ends with an error") };
        let extensions = &errors[0]["extensions"];
        assert_eq!(
            (&extensions["code"], &extensions["requestId"]),
            (&json!("INTERNAL_SERVER_ERROR"), &json!("my-own-id"))
        );
        assert!(errors.len() == 1 && !errors[0].to_string().contains("canary"), "{errors:?}");
        assert!(figures.render().contains("zugong_panics_total"));
        netted(&info, &sender, &|told| told, async {}).await;
        drop(sender);
        assert!(told.recv().await.is_none(), "work that ends by itself says so itself");
    }
}
