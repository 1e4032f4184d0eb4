//! From the opened database to a server at work: what `serve` and `demo` share.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::net::TcpListener;

use crate::{
    cli::Failure,
    http::app::{App, HttpSettings},
    kernel::{housekeeping, platform::Platform, replicas},
    modules::{
        identity::{Identity, IdentityConfig},
        plugins::epochs::watching,
    },
};

/// How often the versions of rights are asked for when no hint comes.
const POLL: Duration = Duration::from_secs(2);

/// Takes the address before anything else is done, so that a taken one is told at once.
pub fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    crate::server::listen(address).map_err(|error| {
        Failure::new(format!("{address} cannot be listened on ({error}): choose another address with --listen"))
    })
}

/// Puts the server's parts together and starts what runs beside requests.
pub async fn app(platform: &Arc<Platform>, identity: IdentityConfig, http: HttpSettings) -> Result<App, Failure> {
    let identity = Identity::start(platform.clone(), identity).await?;
    identity.watch();
    platform.watch_rights(POLL);
    crate::modules::matters::jobs::start(platform);
    crate::modules::tasks::jobs::start(platform);
    housekeeping::start(platform);
    crate::modules::exchange::worker::start(&identity, &http.exchange_origins)
        .map_err(|error| Failure::new(format!("exchange_origins: {error}")))?;
    crate::modules::plugins::connectors::worker::start(&identity, &http.connector_networks)
        .map_err(|error| Failure::new(format!("connector_networks: {error}")))?;
    crate::modules::plugins::transitions::worker::start(platform);
    crate::modules::administration::sealing::worker::start(&identity);
    let app = App::new(identity, http);
    let app = app.map_err(|error| Failure::new(format!("the schema contradicts itself: {error}")))?;
    replicas::start(platform);
    watching::start(platform, app.clone());
    Ok(app)
}

/// Serves until the process is told to stop.
pub async fn serve(app: App, listener: TcpListener) -> Result<(), Failure> {
    crate::server::serve(app, listener, stopped())
        .await
        .map_err(|error| Failure::new(format!("serving ended: {error}; start again")))
}

/// Ends on Ctrl-C and on the signal that service managers send.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
