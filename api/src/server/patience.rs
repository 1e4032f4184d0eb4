//! How long a connection may keep the server waiting.
//!
//! A connection is in one of three states, and each has its own time: *idle* between requests, *hesitating*
//! once the first byte of a request has come and the headers are not complete, and *at work*, where the
//! reader of the body and the request's deadline keep the time. A client that does not take its answer
//! is given up as well.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How long each state may last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// From the first byte of a request to the end of its headers.
    pub(super) header: Duration,
    /// Between requests.
    pub(super) idle: Duration,
    /// A client that takes nothing of its answer for so long is given up.
    pub(super) untaken: Duration,
}
/// How an HTTP/2 connection begins.
const PREFACE: &[u8] = b"PRI * HTTP/2";

/// What a connection is doing.
pub(super) struct Work {
    times: Times,
    now: Mutex<Now>,
}

struct Now {
    running: usize,
    upgraded: bool,
    /// HTTP/2 speaks between requests as well, so that a byte says nothing about a request.
    multiplexed: bool,
    served: bool,
    idle_since: Instant,
    heard: Option<Instant>,
    /// Who drives the connection, to be told when it is idle again: its time begins then.
    driver: Option<Waker>,
}

/// A request under way.
pub(super) struct Begun(Arc<Work>);

impl Work {
    pub(super) fn new(times: Times) -> Arc<Self> {
        let now = Now {
            running: 0,
            upgraded: false,
            multiplexed: false,
            served: false,
            idle_since: Instant::now(),
            heard: None,
            driver: None,
        };
        Arc::new(Self { times, now: Mutex::new(now) })
    }

    /// A request has come.
    pub(super) fn begin(self: &Arc<Self>) -> Begun {
        let mut now = self.lock();
        now.running += 1;
        now.served = true;
        now.heard = None;
        Begun(self.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when the next bytes must come; if there is no such time now, the driver is woken when there is.
    fn deadline_or_wake(&self, cx: &Context<'_>) -> Option<Instant> {
        let deadline = self.deadline();
        if deadline.is_none() {
            self.lock().driver = Some(cx.waker().clone());
            // A request may have ended in between.
            return self.deadline();
        }
        deadline
    }

    /// Until when the next bytes must come.
    fn deadline(&self) -> Option<Instant> {
        let now = self.lock();
        if now.running > 0 || now.upgraded {
            return None;
        }
        Some(match now.heard {
            Some(heard) if !(now.multiplexed && now.served) => heard + self.times.header,
            _ if now.served => now.idle_since + self.times.idle,
            _ => now.idle_since + self.times.header,
        })
    }

    fn heard(&self, bytes: &[u8]) {
        let mut now = self.lock();
        if now.running == 0 && !now.upgraded && now.heard.is_none() {
            now.heard = Some(Instant::now());
            now.multiplexed |= !now.served && bytes.starts_with(PREFACE);
        }
    }
}

impl Begun {
    /// The connection is something else from now on, and keeps its own time.
    pub(super) fn upgraded(&self) {
        self.0.lock().upgraded = true;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut now = self.0.lock();
        now.running = now.running.saturating_sub(1);
        now.idle_since = Instant::now();
        now.heard = None;
        if let Some(driver) = now.driver.take().filter(|_| now.running == 0) {
            driver.wake();
        }
    }
}

/// A body whose request is under way until it has gone out.
pub(super) struct Held {
    body: Body,
    _begun: Begun,
}

impl Held {
    pub(super) fn new(body: Body, begun: Begun) -> Self {
        Self { body, _begun: begun }
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that does not wait for ever.
pub(super) struct Patient<S> {
    inner: S,
    work: Arc<Work>,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(inner: S, work: Arc<Work>) -> Self {
        Self { inner, work, reading: None, writing: None }
    }

    /// Fails when the time is over; until then the task is woken at that time.
    fn overdue(timer: &mut Option<Pin<Box<Sleep>>>, at: Instant, cx: &mut Context<'_>) -> Poll<io::Error> {
        let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if timer.deadline() != at {
            timer.as_mut().reset(at);
        }
        timer.as_mut().poll(cx).map(|()| io::Error::from(io::ErrorKind::TimedOut))
    }

    /// What became of an attempt to write, with the time that the client takes for it.
    fn written<T>(&mut self, attempt: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if attempt.is_ready() {
            self.writing = None;
            return attempt;
        }
        let until =
            self.writing.as_ref().map_or_else(|| Instant::now() + self.work.times.untaken, |timer| timer.deadline());
        Self::overdue(&mut self.writing, until, cx).map(Err)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if let Poll::Ready(outcome) = Pin::new(&mut self.inner).poll_read(cx, buf) {
            let new = buf.filled().get(before..).unwrap_or_default();
            if !new.is_empty() {
                self.work.heard(new);
                // A client that dribbles is read from over and over: its time is looked at here as well.
                if self.work.deadline().is_some_and(|at| at <= Instant::now()) {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
            return Poll::Ready(outcome);
        }
        let Some(at) = self.work.deadline_or_wake(cx) else { return Poll::Pending };
        let error = ready!(Self::overdue(&mut self.reading, at, cx));
        Poll::Ready(Err(error))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.written(attempt, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.inner).poll_write_vectored(cx, pieces);
        self.written(attempt, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let attempt = Pin::new(&mut self.inner).poll_flush(cx);
        self.written(attempt, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const TIMES: Times = Times {
        header: Duration::from_millis(100),
        idle: Duration::from_millis(600),
        untaken: Duration::from_millis(200),
    };
    /// What a busy machine may add.
    const LATE: Duration = Duration::from_millis(300);

    fn connection(work: &Arc<Work>) -> (DuplexStream, Patient<DuplexStream>) {
        let (client, server) = duplex(64);
        (client, Patient::new(server, work.clone()))
    }

    /// Reads until the server has enough, and tells how long that took.
    async fn waited(server: &mut Patient<DuplexStream>) -> Duration {
        let start = Instant::now();
        loop {
            if let Err(error) = server.read_u8().await {
                assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                return start.elapsed();
            }
        }
    }

    #[tokio::test]
    async fn silence_hesitation_and_idleness_have_their_times() {
        let work = Work::new(TIMES);
        let (_silent, mut server) = connection(&work);
        let took = waited(&mut server).await;
        assert!(took >= TIMES.header && took < TIMES.header + LATE, "nothing is ever sent: {took:?}");

        let work = Work::new(TIMES);
        let (mut dribbling, mut server) = connection(&work);
        let dribble = async {
            loop {
                // The server is gone at some time.
                let _ = dribbling.write_all(b"G").await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let took = tokio::select! { took = waited(&mut server) => took, () = dribble => Duration::MAX };
        assert!(took >= TIMES.header && took < TIMES.header + LATE, "a byte now and then buys no time: {took:?}");

        let work = Work::new(TIMES);
        let (_idle, mut server) = connection(&work);
        drop(work.begin());
        let took = waited(&mut server).await;
        assert!(took >= TIMES.idle && took < TIMES.idle + LATE, "between requests: {took:?}");
    }

    #[tokio::test]
    async fn a_request_under_way_and_an_upgraded_connection_are_left_alone() {
        let work = Work::new(TIMES);
        let (_client, mut server) = connection(&work);
        let begun = work.begin();
        assert!(tokio::time::timeout(TIMES.idle * 2, server.read_u8()).await.is_err(), "at work");
        begun.upgraded();
        drop(begun);
        assert!(tokio::time::timeout(TIMES.idle * 2, server.read_u8()).await.is_err(), "upgraded");

        let work = Work::new(TIMES);
        let (_client, mut server) = connection(&work);
        let begun = work.begin();
        let end = async {
            tokio::time::sleep(TIMES.idle).await;
            drop(begun);
        };
        let (took, ()) = tokio::join!(waited(&mut server), end);
        assert!(took >= TIMES.idle * 2 && took < TIMES.idle * 2 + LATE, "its time begins with its end: {took:?}");
    }

    #[tokio::test]
    async fn an_answer_that_nobody_takes_is_given_up() {
        let (_client, mut server) = connection(&Work::new(TIMES));
        let start = Instant::now();
        let error = server.write_all(&[0; 256]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() >= TIMES.untaken && start.elapsed() < TIMES.untaken + LATE);
    }
}
