//! `GET /graphql/ws`: subscriptions, and any other operation, over one socket.

use std::time::Duration;

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
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde_json::{Value as Json, json};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    http::{
        admit::admit,
        app::App,
        errors,
        execute::Sent,
        net::caught,
        request::{CLIENT, request_info},
        standing::{Kind, Share, Who},
        stream::{Told, carry},
        ws_operations::{Named, Operations},
        ws_protocol::{Close, PROTOCOL, Said, ack, complete, error, next, pong},
    },
    kernel::{
        error::ApiError,
        session::{RequestInfo, Session},
    },
};

/// How often the caller's standing is looked at while operations go on.
const RECHECK: Duration = Duration::from_secs(2);
/// On a socket without operations it is looked at every so many times only.
const SELDOM: u32 = 6;
/// How long the farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// Operations at once on one socket.
const OPERATIONS: usize = 20;
/// Messages that may wait for a slow client.
const QUEUE: usize = 256;
/// The largest message that a client may send, and what is read of a larger one to tell it so.
const MESSAGE: usize = 256 * 1024;
const READ: usize = 4 * MESSAGE;

/// How long a socket waits for its client.
#[derive(Clone, Copy, Debug)]
pub struct SocketTimes {
    /// How long a client may take to introduce itself.
    pub introduction: Duration,
    /// How long one may take to take a message.
    pub taking: Duration,
    /// How often one is asked whether it is still there.
    pub ping: Duration,
    /// How long one may say nothing at all.
    pub silence: Duration,
}

impl Default for SocketTimes {
    fn default() -> Self {
        Self {
            introduction: Duration::from_secs(10),
            taking: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            silence: Duration::from_secs(75),
        }
    }
}

/// Opens a socket if the sub-protocol is ours and the page, if one, comes from a site we know.
pub(super) async fn upgrade(State(app): State<App>, upgrade: WebSocketUpgrade, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    if !known_origin(&app, &parts.headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade
        .protocols([PROTOCOL])
        // Taken by every socket, also one that says nothing; the usual 128 KiB make 640 MiB of five thousand.
        .read_buffer_size(4 * 1024)
        .write_buffer_size(4 * 1024)
        .max_message_size(READ)
        .max_frame_size(READ)
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
    share: Option<Share>,
    operations: Operations,
    sender: mpsc::Sender<Out>,
    receiver: Option<mpsc::Receiver<Out>>,
}

/// What an operation hands to the socket.
struct Out {
    of: Named,
    told: Told,
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
            share: None,
            operations: Operations::default(),
            sender,
            receiver: Some(receiver),
        }
    }

    async fn serve(mut self, socket: WebSocket) {
        let _open = self.app.sockets.open();
        let accepted = socket.protocol().is_some_and(|p| p.as_bytes() == PROTOCOL.as_bytes());
        let (mut sink, mut stream) = socket.split();
        let reason = if accepted { self.converse(&mut sink, &mut stream).await } else { Some(Close::WrongProtocol) };
        // Those that go on end here, and give back what their user has of them.
        drop(std::mem::take(&mut self.operations));
        let Some(reason) = reason else {
            // Without the answer to its close, the client takes the end for a broken line.
            let _ = tokio::time::timeout(FAREWELL, sink.close()).await;
            return;
        };
        metrics::counter!("zugong_socket_closes_total", "code" => reason.frame().0.to_string()).increment(1);
        let farewell = async {
            let (code, text) = reason.frame();
            let _ = sink.send(Message::Close(Some(CloseFrame { code, reason: text.into() }))).await;
            // What the client was still saying is read to its end, or the close would be lost with it.
            while stream.next().await.is_some_and(|heard| heard.is_ok()) {}
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }

    /// Listens and answers until one side has enough; tells why if it is ours.
    async fn converse(
        &mut self,
        sink: &mut SplitSink<WebSocket, Message>,
        stream: &mut SplitStream<WebSocket>,
    ) -> Option<Close> {
        let mut outbox = self.receiver.take()?;
        let times = self.app.settings.sockets;
        let init = tokio::time::sleep_until(Instant::now() + times.introduction);
        tokio::pin!(init);
        let app = self.app.clone();
        let stopped = app.stopped();
        tokio::pin!(stopped);
        let mut recheck = tokio::time::interval(RECHECK);
        let mut rounds = 0_u32;
        let mut ping = tokio::time::interval_at(Instant::now() + times.ping, times.ping);
        let mut heard_at = Instant::now();
        loop {
            let out = tokio::select! {
                message = stream.next() => {
                    heard_at = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) if text.len() > MESSAGE => return Some(Close::TooLarge),
                        Some(Ok(Message::Text(text))) => match self.heard(&text).await {
                            Ok(Some(reply)) => Message::Text(reply.into()),
                            Ok(None) => continue,
                            Err(reason) => return Some(reason),
                        },
                        Some(Ok(Message::Binary(_))) => return Some(Close::BadMessage),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                        Some(Ok(Message::Close(_))) | None => return None,
                        Some(Err(error)) => return Close::after(&error.to_string()),
                    }
                }
                Some(out) = outbox.recv() => match self.said(out) {
                    Some(text) => Message::Text(text.into()),
                    None => continue,
                },
                () = &mut stopped => return Some(Close::GoingAway),
                () = &mut init, if !self.greeted => return Some(Close::InitTimeout),
                _ = recheck.tick(), if self.bearer.is_some() => {
                    rounds = rounds.wrapping_add(1);
                    let due = self.operations.count() > 0 || rounds.is_multiple_of(SELDOM);
                    if due && let Err(error) = self.renew().await { return Some(Close::unknown(&error)) }
                    continue;
                }
                _ = ping.tick() => {
                    if heard_at.elapsed() > times.silence { return None }
                    Message::Ping(bytes::Bytes::new())
                }
            };
            match tokio::time::timeout(times.taking, sink.send(out)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some(Close::SlowConsumer),
            }
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
                let payload = payload.unwrap_or_default();
                let given = |name: &str| {
                    let found = payload.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
                    found.map(|(_, value)| value.as_str().ok_or(Close::Forbidden)).transpose()
                };
                // Pages cannot set headers on a socket. What a gateway has said stands.
                if let Some(client) = given(CLIENT)?
                    && *self.info.client.get_or_insert_with(|| client.to_owned()) != *client
                {
                    return Err(Close::Forbidden);
                }
                if let Some(value) = given("authorization")? {
                    let bearer = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
                    self.bearer = Some(bearer.ok_or(Close::Forbidden)?.1.trim().to_string());
                    self.renew().await.map_err(|error| Close::unknown(&error))?;
                    self.share = self.who().and_then(|who| self.app.sockets.share(who, Kind::Socket));
                    if self.share.is_none() {
                        return Err(Close::TooManySockets);
                    }
                }
                Ok(Some(ack()))
            }
            Said::Ping { payload } => Ok(Some(pong(payload))),
            Said::Pong {} => Ok(None),
            Said::Complete { id } => {
                self.operations.let_go(&id);
                Ok(None)
            }
            Said::Subscribe { .. } if !self.greeted => Err(Close::Unauthorized),
            Said::Subscribe { id, .. } if self.operations.has(&id) => Err(Close::Duplicate),
            Said::Subscribe { .. } if self.operations.count() >= OPERATIONS => Err(Close::TooManyOperations),
            Said::Subscribe { id, payload } => {
                self.renew().await.map_err(|error| Close::unknown(&error))?;
                self.subscribe(id, payload).await
            }
        }
    }

    /// The user, so far as one has introduced himself.
    fn who(&self) -> Option<Who> {
        self.session.as_ref().map(|session| (session.tenant().id, session.user_id()))
    }

    /// What the client is to hear of what an operation said; nothing if it has let go of it.
    fn said(&mut self, Out { of, told }: Out) -> Option<String> {
        match told {
            Told::Next(text, _) => self.operations.is_going(&of).then(|| next(&of.id, &text)),
            Told::Failed(errors) => self.operations.end(&of).then(|| error(&of.id, Json::Array(errors))),
            Told::Ended => self.operations.end(&of).then(|| complete(&of.id)),
        }
    }

    /// Begins an operation, or says why not.
    async fn subscribe(&mut self, id: String, sent: Sent) -> Result<Option<String>, Close> {
        let share = match self.who().map(|who| self.app.sockets.share(who, Kind::Stream)) {
            None => None,
            Some(Some(share)) => Some(share),
            Some(None) => return Err(Close::TooManyOperations),
        };
        let admitted = admit(&self.app, sent, self.session.as_ref(), &self.info);
        let ready = match caught("admission", &self.info, admitted).await.flatten() {
            Ok((ready, _)) => ready,
            Err(fault) => return Ok(Some(error(&id, json!([errors::request(&fault, &self.info)])))),
        };
        let (app, info, session) = (self.app.clone(), self.info.clone(), self.session.clone());
        let named = self.operations.name(id);
        let (sender, of) = (self.sender.clone(), named.clone());
        let work = async move {
            let wrap = |told| Out { of: of.clone(), told };
            carry(&app, ready, (session.as_ref(), None), &info, &sender, wrap).await;
        };
        self.operations.begin(&named, crate::kernel::task::spawn("operation", work), share);
        Ok(None)
    }
}
