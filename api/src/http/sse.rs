//! `POST /graphql/stream`: one operation as a stream of events, in the distinct connections mode of GraphQL over
//! server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream::unfold};
use serde_json::json;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, Interval, interval_at},
};

use crate::{
    http::{
        admit::admit,
        app::App,
        errors,
        execute::Sent,
        graphql::{authenticated, posted, refusal},
        media::{Media, takes_events},
        request::{bearer, idempotency_key, request_info},
        standing::{Kind, Open, Share},
        stream::{Told, carry},
    },
    kernel::{
        error::{ApiError, Code},
        session::{RequestInfo, Session},
        task,
    },
};

/// Events that may wait for a slow client; the operation waits with them.
const QUEUE: usize = 256;
/// How often a comment is sent so that nobody on the way takes the connection for dead.
const ALIVE: Duration = Duration::from_secs(12);
/// How often the caller's standing is looked at.
const RECHECK: Duration = Duration::from_secs(2);
/// The last event of every stream.
const COMPLETE: &str = "event: complete\ndata:\n\n";
/// The event from which a client goes on.
const LAST: &str = "last-event-id";

/// The handler of `/graphql/stream`.
pub(super) async fn stream(State(app): State<App>, request: Request) -> Response {
    let (parts, incoming) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    let outcome = match taken(&app, &parts.method, &parts.headers, incoming).await {
        Ok(sent) => {
            let prepared = prepare(&app, &parts.headers, sent, &info);
            let prepared = tokio::time::timeout(app.settings.deadline, prepared).await;
            prepared.unwrap_or_else(|_| Err(ApiError::of(Code::DeadlineExceeded)))
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(feed) => respond(feed),
        Err(error) => refusal(Media::Graphql, &error, &info, "POST"),
    }
}

/// The request in the body.
async fn taken(app: &App, method: &Method, headers: &HeaderMap, incoming: Body) -> Result<Sent, ApiError> {
    if method != Method::POST {
        return Err(ApiError::of(Code::MethodNotAllowed));
    }
    if !takes_events(headers) {
        return Err(ApiError::of(Code::NotAcceptable)
            .saying("此地址只返回 text/event-stream", "This address answers with text/event-stream."));
    }
    posted(app, headers, incoming).await
}

async fn prepare(app: &App, headers: &HeaderMap, sent: Sent, info: &RequestInfo) -> Result<Feed, ApiError> {
    let session = authenticated(app, headers, info).await?;
    let shares = match &session {
        Some(session) => shares(app, session)?,
        None => vec![],
    };
    let (mut ready, _) = admit(app, sent, session.as_ref(), info).await?;
    if let Some(last) = headers.get(LAST).filter(|last| !last.is_empty()) {
        ready.last = Some(last_event(last)?);
    }
    let key = idempotency_key(headers)?.map(str::to_owned);
    let (sender, told) = mpsc::channel(QUEUE);
    let (work_app, work_info) = (app.clone(), info.clone());
    let work = async move {
        carry(&work_app, ready, (session.as_ref(), key.as_deref()), &work_info, &sender, |told| told).await;
    };
    let now = Instant::now();
    Ok(Feed {
        app: app.clone(),
        info: info.clone(),
        bearer: bearer(headers).map(str::to_owned),
        told,
        alive: interval_at(now + ALIVE, ALIVE),
        recheck: interval_at(now + RECHECK, RECHECK),
        work: task::spawn("operation", work),
        over: false,
        _open: app.sockets.open(),
        _shares: shares,
    })
}

fn shares(app: &App, session: &Session) -> Result<Vec<Share>, ApiError> {
    let who = (session.tenant().id, session.user_id());
    let share = |kind| {
        app.sockets.share(who, kind).ok_or_else(|| {
            ApiError::of(Code::Throttled)
                .after(1)
                .saying("同时打开的连接过多", "Too many connections are open at once.")
        })
    };
    Ok(vec![share(Kind::Socket)?, share(Kind::Stream)?])
}

/// The event that the client has had last, as its header says.
fn last_event(last: &HeaderValue) -> Result<String, ApiError> {
    let last = last.to_str().ok().filter(|id| id.len() <= 64).ok_or_else(|| {
        ApiError::of(Code::BadUserInput)
            .at(LAST)
            .saying("Last-Event-ID 应为收到的事件 id", "Last-Event-ID is the id of an event that was received.")
    })?;
    Ok(last.to_owned())
}

fn respond(feed: Feed) -> Response {
    let mut response = Body::from_stream(feed.events()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather answers before they pass them on would keep events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// An operation under way and who listens to it. Dropped when the client is gone.
struct Feed {
    app: App,
    info: RequestInfo,
    bearer: Option<String>,
    told: mpsc::Receiver<Told>,
    alive: Interval,
    recheck: Interval,
    work: JoinHandle<()>,
    over: bool,
    _open: Open,
    _shares: Vec<Share>,
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Feed {
    fn events(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        unfold(self, |mut feed| async {
            let text = feed.next().await?;
            Some((Ok(Bytes::from(text)), feed))
        })
    }

    /// The next piece of the stream; none when it is over or the server goes away.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        let app = self.app.clone();
        loop {
            tokio::select! {
                biased;
                () = app.stopped() => return None,
                _ = self.recheck.tick(), if self.bearer.is_some() => {
                    if let Err(error) = self.standing().await {
                        self.over = true;
                        let last = json!({ "errors": [errors::request(&error, &self.info)] }).to_string();
                        return Some(event(&last, None) + COMPLETE);
                    }
                }
                told = self.told.recv() => return Some(match told {
                    Some(Told::Next(text, id)) => event(&text, id.as_deref()),
                    Some(Told::Failed(errors)) => {
                        self.over = true;
                        event(&json!({ "errors": errors }).to_string(), None) + COMPLETE
                    }
                    Some(Told::Ended) | None => {
                        self.over = true;
                        COMPLETE.into()
                    }
                }),
                _ = self.alive.tick() => return Some(":\n\n".into()),
            }
        }
    }

    /// Whether the token still stands.
    async fn standing(&self) -> Result<(), ApiError> {
        if let Some(bearer) = &self.bearer {
            self.app.identity.authenticate(bearer, self.info.clone()).await?;
        }
        Ok(())
    }
}

/// A result; a database may break the lines of its JSON.
fn event(text: &str, id: Option<&str>) -> String {
    let id = id.filter(|id| !id.contains(['\n', '\r', '\0'])).map_or(String::new(), |id| format!("id: {id}\n"));
    let data: String = text.lines().map(|line| format!("data: {line}\n")).collect();
    format!("event: next\n{id}{data}\n")
}
