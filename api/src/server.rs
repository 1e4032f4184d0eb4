//! Serves until told to stop, then lets requests under way end.

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::net::TcpListener;

use crate::http::app::App;

/// How long requests under way may take to end after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves on a listener until `stop` ends.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (begun, begins) = tokio::sync::oneshot::channel();
    let service = app.clone().router().into_make_service_with_connect_info::<SocketAddr>();
    let closing = app.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping; requests under way may end");
        closing.stop();
        let _ = begun.send(());
    });
    let overdue = async {
        // Without a signal this never ends; with one, open sockets are not waited for longer than this.
        if begins.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        outcome = serving => outcome?,
        () = overdue => tracing::warn!("some requests did not end in time and were cut"),
    }
    app.platform.close().await;
    Ok(())
}
