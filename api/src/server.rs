//! Serves until told to stop, then lets requests under way end.
//!
//! Connections are accepted and driven here, because how long each may keep us waiting is decided below
//! HTTP: see `patience`.

mod patience;
mod peers;
mod settings;

use std::{convert::Infallible, future::Future, io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::StatusCode};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tower::ServiceExt;

pub use settings::ServerSettings;

use crate::{
    http::app::App,
    kernel::{replicas, task},
    server::{
        patience::{Begun, Held, Patient, Work},
        peers::Peers,
    },
};

/// Headers of a request; browsers send about twenty.
const HEADERS: usize = 100;
/// Bytes of a request's line and headers together.
const HEAD: usize = 64 * 1024;
/// HTTP/2 streams that a client may reset before we have seen them, and that we may reset for its mistakes.
const RESETS: usize = 20;
const OUR_RESETS: usize = 200;
/// How often an HTTP/2 client is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// How long those who have just connected have for their first request, once the server stops.
const FIRST_WORD: Duration = Duration::from_millis(300);
/// After an error of the listener itself, such as no file descriptor being left.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections that wait to be accepted. Beyond it the system keeps a client that believes to be connected
/// waiting for its own retries, out of reach of every limit here.
const WAITING: u32 = 4096;

/// Takes an address.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart need not wait for what the system still remembers of the last connections.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Serves on a listener until `stop` ends.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let settings = &app.settings.server;
    settings::raise_file_limit();
    // Behind proxies of ours every connection is theirs.
    let each = if app.settings.trusted_hops > 0 { usize::MAX } else { settings.connections_per_address };
    let peers = Peers::new(settings.connections, each);
    app.watch();
    figures(&app).await?;
    let router = app.clone().router();
    let builder = Arc::new(builder(settings));
    let graceful = GracefulShutdown::new();
    let admit = |stream: TcpStream, peer: SocketAddr| {
        // Whoever finds no place is let go at once: a closed door can be told from a slow one.
        let Some(place) = peers.enter(peer.ip()) else { return };
        let (router, builder, watcher) = (router.clone(), builder.clone(), graceful.watcher());
        let work = Work::new(settings.times());
        task::spawn("connection", async move {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "small answers may wait");
            }
            let io = TokioIo::new(Patient::new(stream, work.clone()));
            let service = service_fn(move |request| answer(router.clone(), request, peer, work.begin()));
            let connection = builder.serve_connection_with_upgrades(io, service).into_owned();
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(%error, "a connection ended");
            }
            drop(place);
        });
    };
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        admit(stream, peer);
    }
    tracing::info!("stopping; requests under way may end");
    for (stream, peer) in close(listener.into_std()?) {
        if let Ok(stream) = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream)) {
            admit(stream, peer);
        }
    }
    app.stop();
    let drained = async {
        // A connection that has said nothing yet would be closed at once, its first request on the way.
        tokio::join!(tokio::time::sleep(FIRST_WORD), replicas::leave(&app.platform));
        graceful.shutdown().await;
        app.left().await;
    };
    if tokio::time::timeout(settings.drain(), drained).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut");
    }
    app.platform.close().await;
    Ok(())
}

/// Closes the door and gives those who stand in the queue: they have been told by the system that they are connected.
/// The system itself is asked, since the runtime may not have heard of the last ones yet, and nothing comes between its
/// saying that there is nobody and the door.
fn close(listener: std::net::TcpListener) -> Vec<(std::net::TcpStream, SocketAddr)> {
    let mut waiting = vec![];
    loop {
        match listener.accept() {
            Ok(accepted) => waiting.push(accepted),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {}
            Err(_) => return waiting,
        }
    }
}

/// Serves the figures on their own address, where they have one, for as long as the server lives.
async fn figures(app: &App) -> std::io::Result<()> {
    let Some(address) = app.settings.metrics_listen else { return Ok(()) };
    let listener = listen(address)?;
    let (router, app) = (app.clone().metrics_router(), app.clone());
    task::spawn("figures", async move {
        let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
        tokio::select! {
            outcome = serving => if let Err(error) = outcome { tracing::error!(%error, "figures are not served") },
            () = app.stopped() => {}
        }
    });
    Ok(())
}

fn builder(settings: &ServerSettings) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // The time for headers is kept by `Patient`, which knows an idle connection from a hesitating one.
    builder.http1().max_headers(HEADERS).max_buf_size(HEAD).header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .max_concurrent_streams(settings.http2_streams)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(OUR_RESETS)
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX));
    builder
}

/// Answers one request and keeps it under way until its answer has gone out.
async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    begun: Begun,
) -> Result<hyper::Response<Held>, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request.map(Body::new)).await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        begun.upgraded();
    }
    Ok(response.map(|body| Held::new(body, begun)))
}
