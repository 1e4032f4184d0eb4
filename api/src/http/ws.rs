//! `GET /graphql/ws`: subscriptions, and any other operation, over one socket.

use std::{collections::HashMap, time::Duration};

use async_graphql::parser::types::OperationType;
use axum::{
    extract::{
        Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{
        HeaderMap, StatusCode,
        header::{HOST, ORIGIN},
    },
    response::{IntoResponse, Response},
};
use futures::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::{sync::mpsc, task::JoinHandle, time::Instant};

use crate::{
    http::{
        app::App,
        errors,
        execute::{Sent, run},
        request::request_info,
        ws_protocol::{Close, PROTOCOL, Said, ack, complete, error, next, pong},
    },
    kernel::{
        error::ApiError,
        session::{RequestInfo, Session},
    },
};

/// How long a client may take to introduce itself.
const INIT: Duration = Duration::from_secs(10);
/// How often the caller's standing is looked at while nothing else happens.
const RECHECK: Duration = Duration::from_secs(15);
/// Operations at once on one socket.
const OPERATIONS: usize = 20;
/// Messages that may wait for a slow client.
const QUEUE: usize = 256;
/// The largest message that a client may send.
const MESSAGE: usize = 256 * 1024;

/// Opens a socket if the sub-protocol is ours and the page, if one, comes from a site we know.
pub(super) async fn upgrade(State(app): State<App>, upgrade: WebSocketUpgrade, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    if !known_origin(&app, &parts.headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        .on_upgrade(move |socket| Socket::new(app, info).serve(socket))
}

/// Programs send no origin; pages send theirs, and only ours may use a visitor's socket.
fn known_origin(app: &App, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let (Ok(origin), Some(host)) = (origin.to_str(), headers.get(HOST).and_then(|h| h.to_str().ok())) else {
        return false;
    };
    let site = origin.split_once("://").map_or(origin, |(_, site)| site);
    site.eq_ignore_ascii_case(host) || app.settings.origins.iter().any(|o| o == origin)
}

struct Socket {
    app: App,
    info: RequestInfo,
    bearer: Option<String>,
    session: Option<Session>,
    greeted: bool,
    operations: HashMap<String, JoinHandle<()>>,
    sender: mpsc::Sender<Out>,
    receiver: Option<mpsc::Receiver<Out>>,
}

/// What operations hand to the socket.
enum Out {
    Text(String),
    Ended(String),
}

impl Socket {
    fn new(app: App, info: RequestInfo) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self {
            app,
            info,
            bearer: None,
            session: None,
            greeted: false,
            operations: HashMap::new(),
            sender,
            receiver: Some(receiver),
        }
    }

    async fn serve(mut self, socket: WebSocket) {
        let accepted = socket.protocol().is_some_and(|p| p.as_bytes() == PROTOCOL.as_bytes());
        let (mut sink, mut stream) = socket.split();
        if !accepted {
            let _ = sink.send(close(4406, "Subprotocol not acceptable")).await;
            return;
        }
        let Some(mut outbox) = self.receiver.take() else { return };
        let init = tokio::time::sleep_until(Instant::now() + INIT);
        tokio::pin!(init);
        let app = self.app.clone();
        let stopped = app.stopped();
        tokio::pin!(stopped);
        let mut recheck = tokio::time::interval(RECHECK);
        recheck.tick().await;
        let reason = loop {
            tokio::select! {
                message = stream.next() => match message {
                    Some(Ok(Message::Text(text))) => match self.heard(&text).await {
                        Ok(Some(reply)) => if sink.send(Message::Text(reply.into())).await.is_err() { break None },
                        Ok(None) => {}
                        Err(reason) => break Some(reason),
                    },
                    Some(Ok(Message::Binary(_))) => break Some(Close::BadMessage),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                },
                Some(out) = outbox.recv() => {
                    let text = match out {
                        Out::Text(text) => text,
                        Out::Ended(id) => { self.operations.remove(&id); complete(&id) }
                    };
                    match tokio::time::timeout(INIT, sink.send(Message::Text(text.into()))).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => break None,
                        Err(_) => break Some(Close::SlowConsumer),
                    }
                }
                () = &mut stopped => break Some(Close::GoingAway),
                () = &mut init, if !self.greeted => break Some(Close::InitTimeout),
                _ = recheck.tick(), if self.bearer.is_some() => {
                    if self.renew().await.is_err() { break Some(Close::Forbidden) }
                }
            }
        };
        for (_, operation) in self.operations.drain() {
            operation.abort();
        }
        if let Some(reason) = reason {
            let (code, text) = reason.frame();
            let _ = sink.send(close(code, text)).await;
        }
    }

    /// Whether the token still stands, and with what rights.
    async fn renew(&mut self) -> Result<(), ApiError> {
        if let Some(bearer) = &self.bearer {
            self.session = Some(self.app.identity.authenticate(bearer, self.info.clone()).await?);
        }
        Ok(())
    }

    async fn heard(&mut self, text: &str) -> Result<Option<String>, Close> {
        match serde_json::from_str::<Said>(text).map_err(|_| Close::BadMessage)? {
            Said::ConnectionInit { payload } => {
                if std::mem::replace(&mut self.greeted, true) {
                    return Err(Close::TooManyInits);
                }
                let token =
                    payload.unwrap_or_default().into_iter().find(|(k, _)| k.eq_ignore_ascii_case("authorization"));
                if let Some((_, value)) = token.filter(|(_, value)| !value.is_null()) {
                    let value = value.as_str().ok_or(Close::Forbidden)?;
                    let bearer = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
                    self.bearer = Some(bearer.ok_or(Close::Forbidden)?.1.trim().to_string());
                    self.renew().await.map_err(|_| Close::Forbidden)?;
                }
                Ok(Some(ack()))
            }
            Said::Ping { payload } => Ok(Some(pong(payload))),
            Said::Pong {} => Ok(None),
            Said::Complete { id } => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.abort();
                }
                Ok(None)
            }
            Said::Subscribe { .. } if !self.greeted => Err(Close::Unauthorized),
            Said::Subscribe { id, .. } if self.operations.contains_key(&id) => Err(Close::Duplicate),
            Said::Subscribe { .. } if self.operations.len() >= OPERATIONS => Err(Close::TooManyOperations),
            Said::Subscribe { id, payload } => {
                if self.bearer.is_some() && self.renew().await.is_err() {
                    return Err(Close::Forbidden);
                }
                Ok(self.subscribe(id, payload))
            }
        }
    }

    fn subscribe(&mut self, id: String, sent: Sent) -> Option<String> {
        let ready = match sent.ready(&self.app) {
            Ok(ready) => ready,
            Err(fault) => return Some(error(&id, json!([errors::request(&fault, &self.info)]))),
        };
        let (app, info, session) = (self.app.clone(), self.info.clone(), self.session.clone());
        let (sender, key) = (self.sender.clone(), id.clone());
        let work = async move {
            if ready.operation == OperationType::Subscription {
                let mut stream = app.schema.execute_stream(ready.request(session.as_ref(), None, &app));
                while let Some(response) = stream.next().await {
                    let faults = errors::library(&response.errors, true, &info);
                    if response.data == async_graphql::Value::Null && !faults.is_empty() {
                        // An `error` message ends the operation by itself.
                        let _ = sender.send(Out::Text(error(&key, Json::Array(faults)))).await;
                        break;
                    }
                    let mut payload = json!({ "data": response.data });
                    if !faults.is_empty() {
                        payload["errors"] = Json::Array(faults);
                    }
                    if sender.send(Out::Text(next(&key, &payload.to_string()))).await.is_err() {
                        return;
                    }
                }
            } else {
                let reply = run(&app, ready, session.as_ref(), None, &info).await;
                let _ = sender.send(Out::Text(next(&key, &reply.body))).await;
            }
            let _ = sender.send(Out::Ended(key)).await;
        };
        self.operations.insert(id, crate::kernel::task::spawn("operation", work));
        None
    }
}

fn close(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}
